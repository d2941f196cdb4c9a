"""Colour: what kind of colour a photo has, what time did to it, and how that is undone."""
