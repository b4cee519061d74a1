"""The problem sets: one folder a set, one file an exercise, one text."""
