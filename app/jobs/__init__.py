"""Background work: one worker thread, one queue."""
