"""Problem set 7: the capstone."""
