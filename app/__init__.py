"""The program around the engine: command line and window."""
