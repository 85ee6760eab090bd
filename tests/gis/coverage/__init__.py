"""Figures, gaps and checks of who reaches what."""
