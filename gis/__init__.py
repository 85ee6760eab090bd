"""The spatial domain of Wangge: plain functions over GeoDataFrames and arrays, no HTTP, no SQL."""
