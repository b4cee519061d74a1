"""What a unit of state, cell or gate becomes in one step of an LSTM, under many alterations at once.

The tangents run forwards, as in `course.altered_lstm`, with a first axis for the alterations.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from course.lstm_atoms import GATES, Product
from course.lstm_factors import factors
from course.lstm_graph import CHANNELS, READ, Altered
from course.models import Array

if TYPE_CHECKING:
    from course.lstm_many import Run


class Maps(NamedTuple):
    """The tangents after a step: of h for its loss, of h and of c for the next step, three times h.

    Args:
        of_h: of a unit of h before the step (K, T, 3, h, h), the last axis for that unit.
        of_c: of a unit of c before the step, which reaches its own unit alone (K, T, 3, h).
        of_gates: of a unit of a_t, which does so, too (K, upto, 4, 3, h).
        more: by the alteration, what else a unit of c reaches (T, 3, h, h).
    """

    of_h: Array
    of_c: Array
    of_gates: Array
    more: dict[int, Array]

    def after(self, t: int, d_h: Array, d_c: Array) -> Array:
        """The tangents (K, n, 3, h) after step t + 1 of those before it (K, n, h)."""
        (K, n, h), of_h = d_h.shape, self.of_h[:, t].reshape(len(d_h), -1, d_h.shape[2])
        found = (d_h @ of_h.swapaxes(1, 2)).reshape(K, n, 3, h)
        found += d_c[:, :, None] * self.of_c[:, t, None]
        for k, of_c in self.more.items():
            found[k] += (d_c[k] @ of_c[t].reshape(-1, h).T).reshape(n, 3, h)
        return found


def maps(run: "Run", slips: Sequence[Altered], upto: int) -> Maps:
    """Those of all steps under each alteration; `of_gates` of the first steps `upto` some."""
    altered = [k for k, slip in enumerate(slips) if slip.in_a_step]
    found = _maps(run, [Altered(), *(slips[k] for k in altered)], upto)
    which = np.zeros(len(slips), dtype=int)
    which[altered] = range(1, 1 + len(altered))
    more = {altered[k - 1]: of_c for k, of_c in found.more.items()}
    return Maps(found.of_h[which], found.of_c[which], found.of_gates[which], more)


def _maps(run: "Run", slips: Sequence[Altered], upto: int) -> Maps:
    """The same, the first of a step that is right."""
    at, uses = factors(run, slips)
    counts, shown = _counts(slips)
    W, gates = matrices(run, slips), np.stack([at[gate] for gate in GATES], axis=2)  # (K, T, 4, h)
    ways = _gathered(counts, shown, at["ch"], at["kept"])
    of_gates, of_c = ways[:, :, :, :4], ways[:, :, :, 4] * at["c"][:, :, None]
    passing = of_gates * gates[:, :, None]
    of_h = np.einsum("ktogu,kguv->ktouv", passing, W) * at["read"][:, :, None, None]
    more: dict[int, Array] = {}
    for (start, end), (these, values) in _extra(run, slips).items():  # values (n, T, h)
        if end in CHANNELS:
            one = np.eye(4)[None, [CHANNELS.index(end)]]
            arriving = _gathered(one, shown[these], at["ch"][these], at["kept"][these])[:, :, :, 0]
            way = (arriving * values[:, :, None])[..., None] * np.eye(values.shape[2])
        else:
            gate = GATES.index(end)
            way = passing[these, :, :, gate, :, None] * W[these, None, None, gate] * values[:, :, None, None]
        if start == "h":
            of_h[these] += way
        else:
            more |= {k: more.get(k, 0) + one for k, one in zip(these, way, strict=True)}
    values = np.stack([uses[gate][:, :upto] for gate in GATES], axis=2)
    entering = of_gates[:, :upto].swapaxes(2, 3) * values[:, :, :, None]
    for k, slip in enumerate(slips):
        if slip.rows != GATES:
            entering[k] = entering[k][:, [GATES.index(gate) for gate in slip.rows]]
    found = Maps(of_h, of_c, entering, more)
    first_alone = np.flatnonzero([slip.only_first for slip in slips])
    for mine in found[:3]:
        mine[first_alone, 1:] = mine[0, 1:]
    for k in {*first_alone} & {*more}:
        more[k][1:] = 0
    return found


def _extra(run: "Run", slips: Sequence[Altered]) -> dict[tuple[str, str], tuple[list[int], Array]]:
    """The edges that are none, by start and end: in which alterations, and with which factors (n, T, h)."""
    found: dict[tuple[str, str], tuple[list[int], list[Product]]] = {}
    for k, slip in enumerate(slips):
        for way, factor in slip.extra.items():
            these, products = found.setdefault(way, ([], []))
            these.append(k)
            products.append(factor)
    plain = run.atoms("before")
    return {way: (these, plain.products(products)) for way, (these, products) in found.items()}


def _counts(slips: Sequence[Altered]) -> tuple[Array, Array]:
    """How often gates and c_{t-1} count in the channels (K, 5, channels), and c_t in h_t (K, 2)."""
    rows = [*GATES, "c"]
    counts = np.tile(np.array([READ[edge] for edge in rows]), (len(slips), 1, 1))
    shown = np.tile(np.array(READ["ch"]), (len(slips), 1))
    for k, slip in enumerate(slips):
        for edge, count in slip.read.items():
            if edge == "ch":
                shown[k] = count
            else:
                counts[k, rows.index(edge)] = count
    return counts, shown


def _gathered(counts: Array, shown: Array, ch: Array, kept: Array) -> Array:
    """What counts so in the channels (K, n, channels), after the step: (K, T, 3, n, h)."""
    (K, T, h), at = ch.shape, counts.swapaxes(1, 2)[:, None, :, :, None]
    found = np.empty((K, T, 3, counts.shape[1], h))
    np.multiply(shown[:, None, :, None, None] * ch[:, :, None, None], at[:, :, 2:3], out=found[:, :, :2])
    found[:, :, :2] += at[:, :, :2]
    np.multiply(kept[:, :, None], at[:, :, 3], out=found[:, :, 2])
    return found


def matrices(run: "Run", slips: Sequence[Altered]) -> Array:
    """The rows of W_h by which each gate reads h_{t-1} (K, 4, h, h)."""
    h = run.H.shape[1]
    right = run.p.W_h.reshape(4, h, h)
    parts = dict(zip(GATES, right, strict=True))
    found = np.repeat(right[None], len(slips), 0)
    for k, slip in enumerate(slips):
        for gate, block in slip.blocks.items():
            if block != (gate, False):
                W = parts[block[0]] if block else np.zeros((h, h))
                found[k, GATES.index(gate)] = W.T if block and block[1] else W
        if slip.rows != GATES and not slip.only_uses:
            found[k] = found[k][[slip.rows.index(gate) for gate in GATES]]
    return found
