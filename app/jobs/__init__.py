"""Background work: one worker thread, one queue, jobs strictly one at a time."""
