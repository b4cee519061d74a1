"""Problem set 2: backpropagation through time."""
