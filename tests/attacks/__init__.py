"""Attacks on grading: each is a submission, graded by the real command beside honest neighbours."""
