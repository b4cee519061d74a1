"""Recognising a mistake in the backward pass of a recurrent network from its results alone."""
