"""Grades that a student's code cannot forge: stock nbgrader with another step in the place of Execute."""
