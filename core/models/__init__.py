"""Which models exist, where they are, and how a file becomes an engine."""
