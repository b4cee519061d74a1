"""Running a student's code where it can do no harm: a warm process forks a confined child per notebook.

Nothing here knows about grades, and nothing here opens a secret, a solution or a gradebook.
"""

from course.grader.sandbox.defences import Defences, Limits

__all__ = ["Defences", "Limits"]
