"""What the window edits, without Qt: photo, settings, undo."""
