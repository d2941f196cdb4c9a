"""Noise and JPEG blocks: how strong they are in a photo, and taking them away by calculation."""
