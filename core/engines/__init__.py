"""Adapters: a Protocol on the outside, a network or library inside."""
