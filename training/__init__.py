"""Training and fine-tuning of the face model."""
