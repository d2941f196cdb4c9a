"""What the window edits and shows, without Qt."""
