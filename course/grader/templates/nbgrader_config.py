# Made by `course classroom`. Plain nbgrader commands work in this folder: generate_assignment, autograde,
# generate_feedback, formgrader, export. Change it as you like; `course` never overwrites it.
import os

c = get_config()  # noqa: F821
c.CourseDirectory.root = os.path.dirname(os.path.abspath(__file__))
c.CourseDirectory.course_id = "gradients-through-time"
c.CourseDirectory.db_url = "sqlite:///" + os.path.join(c.CourseDirectory.root, "gradebook.db")
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError"}
c.ClearSolutions.text_stub = "YOUR ANSWER HERE"
c.Execute.timeout = 120  # seconds for one cell
c.ExportApp.to = os.path.join(c.CourseDirectory.root, "grades.csv")
