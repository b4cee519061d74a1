"""Problem set 1: tied weights."""
