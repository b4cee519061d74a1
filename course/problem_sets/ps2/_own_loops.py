"""Mistakes of loops that an answer writes itself, asked where nothing else has a name."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import Array
from course.recognise.other_runs import other_runs
from course.recognise.own_runs import OWN_RUNS
from course.recognise.rules import USES
from course.recognise.step_ways import WITH_TANH
from course.recognise.sweep_ways import SWEEPS
from course.recognise.tables import Table
from course.recognise.unrolled import Unrolled
from course.recognise.way_tables import Special, way_table


def begun(unrolled: Unrolled, start: Callable[[Array], Array], *args: Any) -> Parts:
    """The sums for the parameters begin at something else than zero, which depends on the parameter."""
    right = unrolled.parts(unrolled.terms(args))
    return right | {name: right[name] + start(weight) for name, weight in args[0]._asdict().items()}


def loops(unrolled: Unrolled) -> Table:
    """Ways to walk, other runs, and sums that do not begin at zero."""
    starts: list[Special] = [
        (
            name,
            f"The sum over the steps begins at {what}, not at zero.",
            USES,
            partial(begun, unrolled, start),
        )
        for name, what, start in (
            ("begins_at_the_parameter", "the parameter itself", np.asarray),
            ("begins_at_ones", "ones", np.ones_like),
        )
    ]
    return way_table(unrolled, [*WITH_TANH, *SWEEPS], [*other_runs(linear=False), *OWN_RUNS], starts)
