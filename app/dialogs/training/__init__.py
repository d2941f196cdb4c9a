"""The window in which a model is trained on one's own photos."""
