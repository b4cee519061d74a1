"""The Jacobian of one LSTM step, in four blocks."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.altered_blocks import BLOCK_SLIPS
from course.altered_jacobian import altered_jacobians
from course.altered_lstm import PATHS, LSTMSlip, altered_step
from course.exercise import Case, Exercise, Large, Parts
from course.gated import LSTM, lstm_step
from course.jacobian_table import ALONE, JACOBIAN_TABLE
from course.judging import Run
from course.lstm_slips import STEP_SLIPS
from course.models import Array
from course.oracles import complex_step, slope
from course.recognise.cell_exercises import OF_A_JACOBIAN
from course.recognise.claims import Claim
from course.recognise.tables import Table


def cell_jacobian(p: LSTM, x: np.ndarray, h: np.ndarray, c: np.ndarray) -> np.ndarray:
    """The Jacobian of (h_t, c_t) with respect to (h_{t-1}, c_{t-1}): everything that one step passes on.

    Formula: a = W_x x + W_h h_{t-1} + b with the rows a^i, a^f, a^g, a^o;  i, f, o = σ(a^i), σ(a^f), σ(a^o),
             g = tanh(a^g);  c_t = f ⊙ c_{t-1} + i ⊙ g,  h_t = o ⊙ tanh(c_t).   (`lstm_step` computes them.)

    Args:
        p: parameters W_x (4h, d), W_h (4h, h), b (4h), gate rows i, f, g, o.
        x: input, shape (d).
        h: the state h_{t-1}, shape (h).
        c: the cell c_{t-1}, shape (h).

    Returns:
        J: shape (2h, 2h), [[∂h_t/∂h_{t-1}, ∂h_t/∂c_{t-1}], [∂c_t/∂h_{t-1}, ∂c_t/∂c_{t-1}]], each (h, h).
    """
    raise NotImplementedError("cell_jacobian: return J")


exercise = Exercise(
    cell_jacobian,
    title="Four blocks",
    chapter="10 lstm",
    returns=("J",),
    given=("from course import LSTM, lstm_step",),
)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """No recurrent weights, where one block is easy; then more units than inputs, and fewer."""
    drawn = []
    for name in ("W_h = 0", "d < h", "d > h"):
        d, h = sorted(draws.sizes(rng, 2), reverse=name == "d > h")
        p = draws.lstm(rng, d, h)
        p = p._replace(W_h=0 * p.W_h) if name == "W_h = 0" else p
        c = 2 * draws.away_from_zero(rng, h)
        drawn.append(Case(name, (p, rng.normal(size=d), draws.away_from_zero(rng, h), c)))
    return drawn


def of_step(step: Callable[..., tuple[Array, Array]], p: LSTM, x: Array, h: Array, c: Array) -> Parts:
    """The complex step of a step with respect to (h, c)."""

    def after(s: Array) -> Array:
        return np.concatenate(step(p, x, *np.split(s, 2)))

    return {"J": complex_step(after, np.concatenate([h, c]))}


exercise.expects(partial(of_step, lstm_step))


@exercise.by_hand
def large(rng: draws.Rng) -> Large:
    """768 units: 1,536 columns; many inputs, which only those read again and again who run the step again."""
    d, h = 800, 768
    W_x, W_h = rng.normal(size=(4 * h, d)) / 30, rng.normal(size=(4 * h, h)) / np.sqrt(h)
    p = LSTM(W_x, W_h, rng.normal(size=4 * h))
    x, u, v = rng.normal(size=d), rng.normal(size=2 * h), rng.normal(size=2 * h)
    s = np.concatenate([rng.uniform(-1, 1, size=h), rng.normal(size=h)])

    def projected(at: Array) -> Any:
        return u @ np.concatenate(lstm_step(p, x, *np.split(at, 2)))

    def both(got: Parts) -> dict[str, tuple[float, float]]:
        return {"J": (float(u @ got["J"] @ v), slope(projected, s, v))}

    return Large(Case("768 units", (p, x, *np.split(s, 2))), both, partial(projected, s))


SEE = "The block Jacobian"
for _name, _sentence, _rows, _columns, _points in (
    ("cell_from_cell", "∂c_t/∂c_{t-1} is right.", 1, 1, 1),
    ("cell_from_state", "∂c_t/∂h_{t-1} is right: three gates read h_{t-1}.", 1, 0, 2),
    ("state_from_cell", "∂h_t/∂c_{t-1} is right.", 0, 1, 1),
    ("state_from_state", "∂h_t/∂h_{t-1} is right: the output gate, and the way through c_t.", 0, 0, 2),
):

    @exercise.check(_name, _sentence, points=_points, see=SEE, about=("J",))
    def block(run: Run, rows: int = _rows, columns: int = _columns) -> None:
        """One of the four blocks."""
        for case in run.cases:
            got, want = (
                v["J"].reshape(2, len(case.args[2]), 2, -1) for v in (run.parts(case), run.expected(case))
            )
            said = f"The block ∂{'hc'[rows]}_t/∂{'hc'[columns]}_{{t-1}}"
            run.equal(got[rows, :, columns], want[rows, :, columns], said, case)


def altered(slip: LSTMSlip, *args: Any) -> Parts:
    """The same with the derivative of the step altered."""
    return of_step(partial(altered_step, slip=slip), *args)


READ = "∂a^{0}_t/∂h_{{t-1}} is taken for zero: all four blocks of a_t read h_{{t-1}}."
SAID = {  # here nothing goes back: of the loss the Jacobian knows nothing
    "slopes_missing": "The slopes of all four gates are missing: ∂f_t/∂a^f_t is f_t (1 − f_t), and so on.",
    "cell_slope_missing": "∂h_t/∂c_t lacks the factor tanh′(c_t).",
    "output_gate_missing": "∂h_t/∂c_t lacks the factor o_t: h_t = o_t ⊙ tanh(c_t).",
    "state_slope": "The columns of h_{t-1} get a slope 1 − h²_{t-1}, as in a plain RNN.",
    "cell_not_gated": "∂⁺c_t/∂c_{t-1} lacks the factor f_t.",
    "state_to_cell_missing": "∂h_t/∂c_t is taken for zero: h_t reads c_t.",
    **{f"state_read_without_{gate}": READ.format(gate) for gate in "ifgo"},
}
for _slip in (
    *[slip for slip in STEP_SLIPS if slip.rows == "ifgo" and slip.name != "transpose" and not slip.held],
    LSTMSlip(
        "transpose",
        "Each gate's block of W_h is transposed; ∂a^f_t/∂h_{t-1} should be W_{fh} itself.",
        SEE,
        transpose=False,
    ),
    LSTMSlip(
        "gates_held_fixed",
        "The gates are held fixed: this is the direct path alone. They read h_{t-1}.",
        PATHS,
        state_read="",
    ),
):
    _sentence = SAID.get(_slip.name, _slip.sentence)
    exercise.slip(_slip.name, _sentence, partial(altered, _slip), _slip.see)


for _block in BLOCK_SLIPS:
    exercise.slip(_block.name, _block.sentence, lambda *args, value=_block.value: {"J": value(*args)}, SEE)
exercise.weighed = OF_A_JACOBIAN


def composed(chosen: Array, p: LSTM, x: Array, h: Array, c: Array) -> Parts:
    """What the mistakes at those places of the table make of it."""
    return {"J": altered_jacobians(p, x, h, c, [JACOBIAN_TABLE[k] for k in chosen])}


def in_blocks(parts: Parts) -> Parts:
    """The four blocks (…, h, h): a mistake may be in one alone."""
    n = parts["J"].shape[-1] // 2
    return {
        f"∂{after}_t/∂{before}_{{t-1}}": parts["J"][..., rows, columns]
        for after, rows in (("h", slice(n)), ("c", slice(n, None)))
        for before, columns in (("h", slice(n)), ("c", slice(n, None)))
    }


_claims = [Claim(slip.name, slip.sentence, slip.see) for slip in JACOBIAN_TABLE]
_sizes = [len(slip.factors) for slip in JACOBIAN_TABLE]
exercise.table = Table(_claims, composed, in_blocks, ALONE, sizes=_sizes)
