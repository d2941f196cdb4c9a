"""Loss functions, each a mean over the batch."""
