"""Everything that proves the course."""
