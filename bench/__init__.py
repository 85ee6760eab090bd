"""Benchmarks with a recorded table; never timed tests."""
