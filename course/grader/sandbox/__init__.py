"""Running a student's code where it can do no harm: a warm process forks one confined child for each notebook.

Nothing here knows about grades, and nothing here opens a secret, a solution or a gradebook.
"""

from course.grader.sandbox.defences import Defences, Limits

__all__ = ["Defences", "Limits"]
