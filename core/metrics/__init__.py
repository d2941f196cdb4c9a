"""Image quality and identity metrics."""
