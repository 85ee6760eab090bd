"""Measures of a division: deviation, compactness, households moved."""
