"""The direct path through the cells."""

from collections.abc import Callable
from functools import partial

import numpy as np

from course import draws
from course.cell_paths import PATH_SLIPS
from course.exercise import Case, Exercise, Parts
from course.gated import LSTM, lstm_step
from course.judging import Run
from course.models import Array
from course.oracles import STEP
from course.recognise.claims import Claim
from course.recognise.tables import Table


def cell_path(F: np.ndarray) -> np.ndarray:
    """How the last cell depends on each earlier one along the direct path, all gates being held fixed.

    Formula: c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t, where f_t, i_t and g_t are taken as constants. Then ∂⁺c_T/∂c_t
             is a diagonal matrix; its diagonal is asked for.

    Args:
        F: forget gates, shape (T, h); F[t-1] is f_t. Every entry lies between 0 and 1, both included.

    Returns:
        P: shape (T+1, h); P[t] is the diagonal of ∂⁺c_T/∂c_t, for t = 0 … T. So P[T] is all ones.
    """
    raise NotImplementedError("cell_path: return P")


exercise = Exercise(cell_path, title="The direct path", chapter="10 lstm", returns=("P",))


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """One step; several; many with small gates; gates that are shut, one unit's twice, or open for good."""
    drawn = []
    for T, name in ((1, "T=1"), (4, ""), (9, ""), (30, ""), (6, "shut and open gates")):
        (h,) = draws.sizes(rng, 1, 2, T)
        F = rng.uniform(0.5, 0.95, size=(T, h)) * (0.4 if T == 30 else 1.0)
        if name.startswith("shut"):
            F[int(rng.integers(1, T - 1)), 0] = 0.0
            F[:, 1] = 1.0
            F[[1, 4], 2] = 0.0
        drawn.append(Case(name or f"T={T}, h={h}", (F,)))
    return drawn


def opened(f: Array) -> LSTM:
    """An LSTM without recurrent weights whose forget gate is f, whatever comes."""
    h = len(f)
    with np.errstate(divide="ignore"):
        b = np.concatenate([np.zeros(h), np.log(f) - np.log1p(-f), np.zeros(2 * h)])
    return LSTM(np.zeros((4 * h, 1)), np.zeros((4 * h, h)), b)


@exercise.expects
def expected(F: Array) -> Parts:
    """The complex step of the given step: the cell is nudged at step t, and all runs go on to the end.

    Units do not mix, so one nudge of all of them shows every diagonal.
    """
    still = np.zeros(F.shape[1])
    rows = []
    for t in range(len(F) + 1):
        c = still + 1j * STEP
        for f in F[t:]:
            c = lstm_step(opened(f), np.zeros(1), still, c)[1]
        rows.append(np.imag(c) / STEP)
    return {"P": np.stack(rows)}


SEE = "The direct path and the total derivative"
SHUT = "shut and open gates"
exercise.claim("one_step", "With one step (T = 1) it is right.", on="T=1", points=1, see=SEE)


@exercise.check("many_steps", "Over several steps it is right.", points=2, see=SEE)
def many_steps(run: Run) -> None:
    """Entry by entry: a product of thirty gates may be small, and is a product of thirty gates."""
    run.agree(("P",))
    for case in run.on(but=SHUT):
        ratio = run.parts(case)["P"] / run.expected(case)["P"]
        run.equal(ratio, np.ones_like(ratio), "P, divided by what is right,", case, 0)


@exercise.check("shut", "With gates that are exactly 0 or 1 it is right.", points=1, see=SEE)
def shut(run: Run) -> None:
    """Nothing at all passes a gate of 0."""
    for case in run.on(SHUT):
        run.agree(("P",), case.name)
        passes = np.abs(run.parts(case)["P"][run.expected(case)["P"] == 0])
        if passes.any():
            run.fail(
                f"Something passes a gate of 0 in the case {case.name}.",
                f"Where P should be 0 it is up to {passes.max():.3g}",
            )


def changed(change: Callable[[Array, Array], Array], F: Array) -> Parts:
    """The right products of F, and those of F read backwards, put together wrongly."""
    return {"P": change(expected(F)["P"], expected(F[::-1])["P"])}


for _name, _sentence, _change in (
    (
        "from_the_start",
        "P[t] is ∂⁺c_t/∂c_0: the path from the first cell. ∂⁺c_T/∂c_t is asked for.",
        lambda P, Q: Q[::-1],
    ),
    (
        "one_factor_more",
        "P[t] has the factor f_t too: the path from c_t starts with step t + 1.",
        lambda P, Q: np.concatenate([P[-1:], P[:-1]]),
    ),
    (
        "one_factor_less",
        "P[t] lacks the factor f_{t+1}: the path from c_t starts with step t + 1.",
        lambda P, Q: np.concatenate([P[1:], P[-1:]]),
    ),
    ("whole_path", "Every P[t] is the product of all gates.", lambda P, Q: np.broadcast_to(P[0], P.shape)),
):
    exercise.slip(_name, _sentence, partial(changed, _change), SEE)


def of_gates(change: Callable[[Array], Array], F: Array) -> Parts:
    """What is right for other gates."""
    return expected(change(F))


for _name, _sentence, _gates in (
    ("squared", "Every gate enters twice: c_t has the factor f_t once.", np.square),
    (
        "gates_one_late",
        "The gates stand one step late: from c_t to c_{t+1} leads f_{t+1}, which is F[t], not F[t+1].",
        lambda F: np.concatenate([F[1:], F[-1:]]),
    ),
    (
        "gates_one_early",
        "The gates stand one step early: from c_t to c_{t+1} leads f_{t+1}, which is F[t], not F[t-1].",
        lambda F: np.roll(F, 1, axis=0),
    ),
    (
        "mean_over_units",
        "The mean of the gates of all units stands for each: every unit has its own gate.",
        lambda F: np.broadcast_to(F.mean(axis=1, keepdims=True), F.shape),
    ),
):
    exercise.slip(_name, _sentence, partial(of_gates, _gates), SEE)
for _edge in 10.0 ** -np.arange(1, 9):
    for _highest, _said in ((1.0, "at least {0:g}"), (1 - _edge, "between {0:g} and 1 − {0:g}")):
        exercise.slip(
            "gates_clipped",
            f"The gates are kept {_said.format(_edge)}: a gate may be 0, which nothing passes, or 1.",
            partial(of_gates, partial(np.clip, a_min=_edge, a_max=_highest)),
            SEE,
        )


def divided(F: Array) -> Parts:
    """The right products, and nothing behind a shut gate."""
    P, from_the_start = expected(F)["P"], expected(F[::-1])["P"][::-1]
    return {"P": np.where(from_the_start == 0, 0, P)}


exercise.slip(
    "divided",
    "Behind a gate of 0 nothing is left: is P[t] a quotient of products from the start? There it is 0/0.",
    divided,
    SEE,
)


def last_row_zero(F: Array) -> Parts:
    """The right products, but of the last cell."""
    return {"P": np.concatenate([expected(F)["P"][:-1], np.zeros((1, F.shape[1]))])}


exercise.slip("last_row_zero", "P[T] is zero: ∂⁺c_T/∂c_T is all ones.", last_row_zero, SEE)


def gates_alone(F: Array) -> Parts:
    """The last step's Jacobian for every step."""
    return {"P": np.stack([*[expected(f[None])["P"][0] for f in F], np.ones(F.shape[1])])}


def added(last: float, first: float, F: Array) -> Parts:
    """The Jacobians of the steps, added; `last` is what P[T] holds, and `first` is in all other rows."""
    sums = np.cumsum(gates_alone(F)["P"][-2::-1], axis=0)[::-1]
    return {"P": np.concatenate([sums + first, np.full((1, F.shape[1]), last)])}


for _last, _first in ((1.0, 1.0), (1.0, 0.0), (0.0, 0.0)):
    exercise.slip(
        "summed",
        "The Jacobians of the steps are added: along one path they multiply.",
        partial(added, _last, _first),
        SEE,
    )
exercise.slip(
    "one_step_only",
    "P[t] is the Jacobian of one step, ∂⁺c_{t+1}/∂c_t; the steps up to T multiply.",
    gates_alone,
    SEE,
)
exercise.timed = {"P": 0}


def all_paths(F: Array) -> Array:
    """∂⁺c_s/∂c_r for all r and s (T+1, T+1, h), [s, r]: every cell nudged, each in a run of its own."""
    still, runs = np.zeros(F.shape[1]), np.zeros((len(F) + 1, F.shape[1]), complex)
    found = []
    for t in range(len(F) + 1):
        runs[t] += 1j * STEP
        found.append(np.where(np.arange(len(F) + 1)[:, None] > t, 1.0, np.imag(runs) / STEP))
        if t < len(F):
            runs = lstm_step(opened(F[t]), np.zeros(1), still, runs)[1]
    return np.stack(found)


def composed(chosen: Array, F: Array) -> Parts:
    """What the mistakes at those places of the table return."""
    known: dict[bytes, Array] = {}
    rows = []
    for slip in (PATH_SLIPS[k] for k in chosen):
        gates = np.ascontiguousarray(slip.gates(F))
        if gates.tobytes() not in known:
            known[gates.tobytes()] = all_paths(gates)
        rows.append(slip.made(known[gates.tobytes()], gates))
    return {"P": np.stack(rows)}


exercise.table = Table([Claim(slip.name, slip.sentence, SEE) for slip in PATH_SLIPS], composed)
