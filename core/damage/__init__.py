"""Local damage: marking scratches, cracks and dust, and filling what was marked."""
