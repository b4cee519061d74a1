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

try:
    from course.grader.judged.install import install
except ImportError as error:  # nbgrader would go on, and run students' code here, without a sandbox
    raise SystemExit(f"{error}. Run nbgrader in the environment in which the package course is.") from None

install(c)  # gradebook and scheduler of course.toml; a sandbox for students' code, a judge for the marks
# c.JudgedAutograde.limits = {"cell_seconds": 120, "memory_mb": 4096}  # see course.grader.sandbox.Limits
# c.JudgedAutograde.trust_students = True  # without any sandbox, where none can be made; the records say so
