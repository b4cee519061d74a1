"""Problem set 3: spectra."""
