"""Problem set 0: checking a gradient."""
