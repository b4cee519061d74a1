# Made by `course classroom`. Plain nbgrader commands work in this folder: generate_assignment, autograde,
# generate_feedback, export; and `jupyter lab`, whose menu Nbgrader has the formgrader. Change it as you like;
# `course` never overwrites it.
import os

c = get_config()  # noqa: F821
c.CourseDirectory.root = os.path.dirname(os.path.abspath(__file__))
c.CourseDirectory.course_id = "gradients-through-time"
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError"}
c.ClearSolutions.text_stub = "YOUR ANSWER HERE"
c.Execute.timeout = 120  # seconds for one cell
c.ExportApp.to = os.path.join(c.CourseDirectory.root, "grades.csv")

from pathlib import Path  # noqa: E402

from course.grader.classroom import Classroom  # noqa: E402

c.CourseDirectory.db_url = Classroom.open(Path(c.CourseDirectory.root)).gradebook

from course.grader.judged.install import install  # noqa: E402

install(c)  # students' code runs in a sandbox, and a judge outside it decides the marks
# c.JudgedAutograde.limits = {"cell_seconds": 120, "memory_mb": 4096}  # see course.grader.sandbox.Limits
# c.JudgedAutograde.trust_students = True  # without any sandbox, where none can be made; the records say so
