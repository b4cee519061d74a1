"""The Jacobian of an LSTM's step with something altered, for many mistakes at once.

Tangents run forwards along unit directions of (h_{t-1}, c_{t-1}), so that a mistake's matrix comes out as a
whole: its blocks, and the ways that lead through c_t.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from course.altered_lstm import GATES
from course.factors import by_edge
from course.gated import LSTM
from course.jacobian_values import WORDS, At, Word, right
from course.models import Array

PATHS = "The direct path and the total derivative"
EDGES = {  # what its factor is
    "kept": "f",  # ∂⁺c_t/∂c_{t-1}
    "by_i": "g",
    "by_f": "c_{t-1}",
    "by_g": "i",
    "by_o": "tanh(c_t)",
    **{f"slope_{gate}": f"{gate} (1 − {gate})" for gate in "ifo"},
    "slope_g": "1 − g²",
    "shown": "o",  # from c_t to h_t, with the next
    "slope_c": "1 − tanh²(c_t)",
    **dict.fromkeys((f"at_{gate}" for gate in GATES), "1"),  # at h_{t-1}, before the gate's matrix
    "through": "1",  # on what comes from h_{t-1}, before o ⊙ tanh′(c_t)
    "at_cell": "1",  # at h_{t-1}, before all matrices, on the way through c_t to h_t
}


@dataclass(frozen=True)
class JacobianSlip:
    """A mistake in the Jacobian of a step, and what is altered in the tangents."""

    name: str
    sentence: str
    see: str = PATHS
    factors: dict[str, str | Word] = field(default_factory=dict, hash=False)  # by edge, see `WORDS`
    values: Callable[[LSTM, At], At] | None = None  # of the step, if they are wrong too
    rows: str = GATES  # whose block of W_h stands at i, f, g, o
    turned: str = ""  # gates whose block is transposed
    through_turned: bool = False  # True: what goes through c_t to h_t is transposed
    direct: tuple[str, ...] = ()  # "h", "c": to ∂h_t/∂h_{t-1}, or ∂c_t/∂c_{t-1}, the identity is added
    moved: str = ""  # gates by which c_{t-1} seems to move c_t as h_{t-1} does


def altered_jacobians(p: LSTM, x: Array, h: Array, c: Array, slips: Sequence[JacobianSlip]) -> Array:
    """∂(h_t, c_t)/∂(h_{t-1}, c_{t-1}) slip by slip: (len(slips), 2h, 2h)."""
    at, n = right(p, x, h, c), len(h)
    steps = {slip.values: slip.values(p, at) if slip.values else at for slip in slips}
    w = by_edge(EDGES, WORDS, [slip.factors for slip in slips], [steps[slip.values] for slip in slips])
    units = np.eye(n)
    arriving = _arriving(p, w, slips, units)
    direct, cell = arriving["o"], sum(arriving[gate] for gate in "ifg")
    moved = (arriving[gate] * _flags(slips, lambda slip, gate=gate: gate in slip.moved) for gate in "ifg")
    by_cell = w["kept"] * units + sum(moved)
    turning = _arriving(p, w, slips, w["at_cell"] * units)
    through = np.asarray(sum(turning[gate] for gate in "ifg"))
    through = np.where(_flags(slips, lambda slip: slip.through_turned), through.swapaxes(1, 2), through)
    shown = w["shown"] * w["slope_c"]
    more = [_flags(slips, lambda slip, name=name: name in slip.direct) * units for name in "hc"]
    of_h = np.concatenate([direct + shown * w["through"] * through + more[0], cell], axis=2)
    of_c = np.concatenate([shown * by_cell, by_cell + more[1]], axis=2)
    return np.concatenate([of_h, of_c], axis=1).swapaxes(1, 2)


def _flags(slips: Sequence[JacobianSlip], of: Callable[..., bool]) -> Array:
    return np.array([of(slip) for slip in slips])[:, None, None]


def _arriving(p: LSTM, w: dict[str, Array], slips: Sequence[JacobianSlip], d_h: Array) -> dict[str, Array]:
    """By gate, the tangents (slips, n, h) that directions of h_{t-1} bring: of h_t by "o", else of c_t."""
    blocks = np.stack(np.split(p.W_h, 4))
    blocks = np.stack([blocks, blocks.swapaxes(1, 2)])  # as they are, and transposed
    found = {}
    for gate in GATES:
        which = [GATES.index(slip.rows[GATES.index(gate)]) for slip in slips]
        W = blocks[[int(gate in slip.turned) for slip in slips], which]
        found[gate] = w[f"by_{gate}"] * w[f"slope_{gate}"] * ((w[f"at_{gate}"] * d_h) @ W.swapaxes(1, 2))
    return found
