"""Which sandbox can be made here: the best one, or a refusal that says why."""

import sys
from collections.abc import Sequence

from course.grader.sandbox.client import Cold, Maker, NoSandbox, Refused, Warm
from course.grader.sandbox.plan import Plan
from course.grader.sandbox.wire import Gone, Late, pair

KINDS = ("warm", "bwrap")  # in this order; "none" only for an instructor who trusts the students


def start_warm(plan: Plan) -> Warm:
    """Start a warm process without waiting for it."""
    return Warm(plan.flavour, clean_environment=plan.defences.clean_environment)


def make(
    plan: Plan, *, kinds: Sequence[str] = KINDS, trust_students: bool = False, begun: Warm | None = None
) -> Maker:
    """The first maker of children that works here, tried with one child.

    Args:
        plan: flavour, limits and defences.
        kinds: kinds of sandbox, in order.
        trust_students: whether students' code may run without any.
        begun: a warm process that was started before, to be waited for now.

    Raises:
        NoSandbox: if no sandbox can be made and students are not trusted; says what was tried.
    """
    tried = []
    for kind in [*(kinds if sys.platform == "linux" else ()), *(["none"] if trust_students else [])]:
        maker = (begun or start_warm(plan)) if kind == "warm" else Cold(plan.flavour, kind)
        try:
            _try(maker, plan)
            return maker
        except Refused as error:
            tried.append(f"{kind}: {error}")
            maker.close()
    reasons = "; ".join(tried) or f"{sys.platform}: none of {', '.join(kinds) or 'no kind'} can be tried"
    raise NoSandbox(
        f"No sandbox can be made here ({reasons}). Students' code would run with your rights, so nothing was "
        "graded. Grade on Linux with user namespaces or as root, or, if you trust every student, say so: "
        "COURSE_TRUST_STUDENTS=1 nbgrader autograde SET",
        reasons,
    )


def _try(maker: Maker, plan: Plan) -> None:
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
