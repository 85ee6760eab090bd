"""Noded borders between units: contiguity, outlines, dissolve."""
