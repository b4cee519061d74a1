"""Which sandbox can be made here: the best one, or a refusal that says why."""

import sys
from typing import Any

from course.grader.sandbox.client import Cold, Maker, Refused, Warm
from course.grader.sandbox.plan import Plan
from course.grader.sandbox.wire import Gone, Late, pair


def make(flavour: str, plan: Plan, *, trust_students: bool = False) -> Maker:
    """The best maker that works here, tried with one child.

    Raises:
        Refused: if no sandbox can be made and students are not trusted; says what was tried.
    """
    tried = []
    makers: list[Any] = [
        lambda: Warm(flavour, clean_environment=plan.defences.clean_environment),
        lambda: Cold(flavour, "bwrap"),
    ]
    if trust_students:
        makers.append(lambda: Cold(flavour, "none"))
    for start in makers if sys.platform == "linux" else makers[2:]:
        maker = start()
        try:
            _try(maker, plan)
            return maker  # type: ignore[no-any-return]
        except Refused as error:
            tried.append(f"{maker.kind}: {error}")
            maker.close()
    reasons = "; ".join(tried) or "this is not Linux"
    raise Refused(
        f"No sandbox can be made here ({reasons}). Students' code would run with your rights, so nothing was "
        "graded. Grade on Linux with user namespaces or as root, or, if you trust every student, say so: "
        "COURSE_TRUST_STUDENTS=1 nbgrader autograde SET"
    )


def _try(maker: Any, plan: Plan) -> None:
    ours, theirs = pair()
    with ours, theirs:
        try:
            child = maker.spawn(plan, theirs)
        except (Gone, OSError) as error:
            raise Refused(str(error)) from None
    try:
        child.wait_ready()
    except (Gone, Late) as error:
        raise Refused(child.end().error or str(error) or "it does not answer") from None
    finally:
        child.end()
