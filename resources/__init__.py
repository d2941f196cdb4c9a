"""Data shipped with the program: weights, registry, icons, styles, sample photo."""
