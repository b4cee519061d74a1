"""Problem set 5: gates."""
