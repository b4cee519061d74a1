"""Problem set 4: truncation and clipping."""
