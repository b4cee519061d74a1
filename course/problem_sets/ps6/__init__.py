"""Problem set 6: saturating units, optimizers, scans."""
