"""Coordinate systems: metric CRS of a community, GCJ-02 and BD-09 conversion."""
