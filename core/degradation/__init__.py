"""Synthesis of photo damage and camera degradation."""
