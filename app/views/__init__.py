"""Views of a photo."""
