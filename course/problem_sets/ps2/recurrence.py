"""The closed form of a linear recurrence: the lemma behind BPTT."""

from collections.abc import Callable
from functools import partial

import numpy as np

from course.draws import Rng, recurrent_matrix, sizes
from course.exercise import Case, Exercise, Parts
from course.judging import Run
from course.models import Array
from course.problem_sets.ps2._recurrence import responses, states, summed
from course.problem_sets.ps2._recurrence_table import SLIPS
from course.recognise.slips import flows
from course.recognise.tables import listed


def recurrence(b: np.ndarray, C: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Solve a_t = b_t + C_t a_{t-1}, with a_0 = 0, and give the products that solve it.

    Formula: a_t = Σ_{i=1}^{t} P_{t,i} b_i,  with  P_{t,i} = C_t C_{t-1} ⋯ C_{i+1}  and  P_{t,t} = I.

    Args:
        b: right-hand sides b_1 … b_T, shape (T, h); b[t-1] is b_t.
        C: matrices C_1 … C_T, shape (T, h, h); C[t-1] is C_t.

    Returns:
        a: shape (T, h); a[t-1] is a_t.
        P: shape (T, T, h, h); P[t-1, i-1] is P_{t,i} for i <= t, and zero for i > t.
    """
    raise NotImplementedError("recurrence: return a and P")


exercise = Exercise(recurrence, title="A linear recurrence, solved", chapter="4 bptt", returns=("a", "P"))


@exercise.cases
def cases(rng: Rng) -> list[Case]:
    """One step, then several, with matrices that do not commute."""
    drawn = []
    for T in (1, int(rng.integers(3, 5)), int(rng.integers(12, 15))):
        (h,) = sizes(rng, 1, T)
        C = np.stack([recurrent_matrix(rng, h) for _ in range(T)])
        drawn.append(Case("T=1" if T == 1 else f"T={T}, h={h}", (rng.normal(size=(T, h)), C)))
    return drawn


@exercise.expects
def expected(b: Array, C: Array) -> Parts:
    """The recursion itself, and how it responds to each b_i."""
    return {"a": states(b, C), "P": responses(b, C)}


@exercise.check("start", "a_1 = b_1, and P_{t,t} is the identity.", points=1, see="The lemma")
def start(run: Run) -> None:
    """The empty product, and a_0 = 0."""
    for case in run.cases:
        got, (b, C) = run.parts(case), case.args
        run.equal(got["a"][0], b[0], "a_1", case)
        for t in range(len(b)):
            run.equal(got["P"][t, t], np.eye(C.shape[1]), f"P_{{{t + 1},{t + 1}}}", case)


exercise.claim("states", "a_t = b_t + C_t a_{t-1} at every step.", parts=("a",), points=1, see="The lemma")
exercise.claim(
    "products",
    "P_{t,i} is the product from C_t, on the left, to C_{i+1}, on the right, and zero for i > t.",
    parts=("P",),
    points=2,
    see="The lemma",
    after=("start",),
)


def filled(entry: Callable[[int], Array], b: Array, C: Array) -> Parts:
    """The products, with another matrix where i > t."""
    above = np.triu(np.ones((len(b), len(b))), 1)[:, :, None, None]
    return {"P": responses(b, C) + above * entry(C.shape[1])}


for _name, _said, _products in (
    (
        "order",
        "The matrices are multiplied in the wrong order: in P_{t,i} the latest, C_t, stands on the left.",
        lambda b, C: {"P": responses(b, C.swapaxes(1, 2)).swapaxes(2, 3)},  # transposed twice: it turns
    ),
    (
        "first_factor",
        "The product starts one factor early: P_{t,i} ends with C_{i+1}, so b_i itself is not multiplied "
        "by C_i.",
        lambda b, C: {"P": np.einsum("tijk,ikl->tijl", responses(b, C), C)},
    ),
    (
        "indices_exchanged",
        "The first two indices of P are exchanged: P[t-1, i-1] is P_{t,i}, and zero for i > t.",
        lambda b, C: {"P": responses(b, C).swapaxes(0, 1)},
    ),
    ("identity_above", "For i > t stands the identity; P should be zero there.", partial(filled, np.eye)),
    (
        "ones_above",
        "For i > t all entries are one; P should be zero there.",
        partial(filled, lambda h: np.ones((h, h))),
    ),
):
    exercise.slip(_name, _said, _products, "The lemma", flows(partial(summed, _products)))

exercise.slip(
    "no_recursion",
    "For a_t stands b_t alone: what comes from a_{t-1} is missing. Is each term assigned instead of added?",
    lambda b, C: {"a": b},
    see="The lemma",
)
exercise.slip(
    "no_matrices",
    "For a_t stands the sum of the b_i without matrices; C_t should multiply a_{t-1}.",
    lambda b, C: {"a": np.cumsum(b, axis=0)},
    see="The lemma",
)
for _name, _said, _changed in (
    ("transposed", "the matrices are transposed.", lambda C: C.swapaxes(1, 2)),
    ("previous_matrix", "C_{t-1} stands where C_t belongs.", lambda C: np.roll(C, 1, axis=0)),
):
    exercise.slip(
        f"{_name}_in_P",
        f"In P {_said}",
        lambda b, C, changed=_changed: {"P": responses(b, changed(C))},
        see="The lemma",
    )
    exercise.slip(
        _name,
        f"In P and a {_said}",
        lambda b, C, changed=_changed: {"a": states(b, changed(C)), "P": responses(b, changed(C))},
        see="The lemma",
    )
    exercise.slip(
        f"{_name}_in_a",
        f"In a {_said}",
        lambda b, C, changed=_changed: {"a": states(b, changed(C))},
        see="The lemma",
    )


exercise.table = listed(SLIPS, "The lemma")
