"""The trusted side of grading: building notebooks, classrooms, grading, publishing. Extra `[grader]`."""
