"""One step of the GRU as it was published: the reset gate before the product."""

from collections.abc import Callable
from functools import partial

import numpy as np

from course import draws
from course.altered_gru import with_rows
from course.exercise import Case, Exercise, Parts
from course.gated import GRU
from course.models import Array
from course.problem_sets.ps5._gru_step import at_candidate, original, reset_by, reset_gate, torch_step
from course.problem_sets.ps5._gru_step_table import SLIPS
from course.recognise.tables import listed


def gru_step(p: GRU, x: np.ndarray, h: np.ndarray) -> np.ndarray:
    """One step of a GRU in the original convention: the reset gate acts on the state, before the product.

    Formula: u = W_x x + b_x with the rows u^r, u^z, u^n;  W_h^r, W_h^z, W_h^n are the blocks of W_h, and
             b_h^r, b_h^z, b_h^n those of b_h;
             r = σ(u^r + W_h^r h + b_h^r),  z = σ(u^z + W_h^z h + b_h^z),
             n = tanh(u^n + W_h^n (r ⊙ h) + b_h^n),  h' = (1 − z) ⊙ n + z ⊙ h.
    `gru_forward(p, X, h_0)` is the same network in torch's convention, which resets after the product.

    Args:
        p: parameters W_x (3h, d), W_h (3h, h), b_x (3h), b_h (3h), gate rows r, z, n.
        x: input, shape (d).
        h: the state before the step, shape (h).

    Returns:
        h_next: the state after the step, shape (h).

    Source: Cho et al., "Learning phrase representations using RNN encoder-decoder" (2014), sec. 2.3.
    """
    raise NotImplementedError("gru_step: return h_next")


exercise = Exercise(
    gru_step,
    title="Reset before the product",
    chapter="11 gru",
    returns=("h_next",),
    given=("from course import GRU, gru_forward",),
)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """An open reset gate, where both conventions agree; then any, with more units than inputs, and fewer."""
    drawn = []
    for name in ("open reset gate", "d < h", "d > h"):
        d, h = sorted(draws.sizes(rng, 2), reverse=name == "d > h")
        p, x = draws.gru(rng, d, h), rng.normal(size=d)
        if name == "open reset gate":
            p = with_rows(p, lambda rows: [0 * rows[0] + (60.0 if rows[0].ndim == 1 else 0.0), *rows[1:]])
        drawn.append(Case(name, (p, x, draws.away_from_zero(rng, h))))
    return drawn


@exercise.expects
def expected(p: GRU, x: Array, h: Array) -> Parts:
    """The given network with W_h^n diag(r) for W_h^n, and its own reset gate open for good."""
    return original(p, x, h)


SEE = "Two conventions"
exercise.claim(
    "open_reset", "With an open reset gate it is right.", on="open reset gate", points=1, see="The GRU"
)
exercise.claim("any_reset", "With any reset gate it is right.", but="open reset gate", points=2, see=SEE)


def changed(change: Callable[[GRU], GRU], p: GRU, x: Array, h: Array) -> Parts:
    """What is right for other parameters."""
    return expected(change(p), x, h)


for _name, _sentence, _change in (
    (
        "update_gate_turned",
        "z and 1 − z are exchanged: in this exercise z keeps the old state, and 1 − z lets the candidate in.",
        lambda rows: [rows[0], -rows[1], rows[2]],
    ),
    (
        "rows_zrn",
        "You read the rows in the order z, r, n; the exercise's order is r, z, n. Or are r and z "
        "exchanged where they are used?",
        lambda rows: [rows[1], rows[0], rows[2]],
    ),
):
    exercise.slip(_name, _sentence, partial(changed, partial(with_rows, change=_change)), "The GRU")

exercise.slip(
    "reset_after",
    "The reset gate acts after the product, r ⊙ (W_h^n h + b_h^n): that is torch's convention.",
    lambda *args: {"h_next": torch_step(*args)},
    SEE,
)


for _name, _sentence, _columns, _bias in (
    (
        "reset_missing",
        "The reset gate is not used.",
        lambda r: np.ones_like(r),
        lambda r: np.ones_like(r),
    ),
    (
        "bias_reset_too",
        "b_h^n is multiplied by r: the reset gate acts on the state alone.",
        lambda r: r,
        lambda r: r,
    ),
    (
        "reset_turned",
        "1 − r stands where r belongs.",
        lambda r: 1 - r,
        lambda r: np.ones_like(r),
    ),
    ("candidate_bias_missing", "b_h^n is missing.", lambda r: r, lambda r: 0 * r),
):
    exercise.slip(_name, _sentence, partial(at_candidate, _columns, _bias), SEE)


def reset_rows(p: GRU, x: Array, h: Array) -> Parts:
    """r at the rows of W_h^n, with the bias left alone."""
    r = reset_gate(p, x, h)
    q = reset_by(np.ones_like(r), p)
    W_r, W_z, W_n = np.split(q.W_h, 3)
    return {"h_next": torch_step(q._replace(W_h=np.concatenate([W_r, W_z, r[:, None] * W_n])), x, h)}


exercise.slip(
    "reset_rows",
    "r ⊙ (W_h^n h) is not W_h^n (r ⊙ h): the reset gate acts before the product, on the state.",
    reset_rows,
    SEE,
)
exercise.table = listed(SLIPS, "The GRU")
