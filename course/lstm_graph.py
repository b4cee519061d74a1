"""Gradients of an LSTM with the factors of its edges altered: many alterations at once.

The tangents run forwards, as in `course.altered_lstm`, with a first axis for the alterations. Each edge of
the cell has a product of values as its factor (`FACTORS`), each gate's way to the cell or the state counts in
four places (`READ`), and an alteration says what is other than there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from course.gated import LSTM, lstm_forward
from course.lstm_atoms import GATES, Atoms, Product
from course.lstm_reads import USES
from course.models import Array

CHANNELS = ("loss", "later", "shown", "kept")  # h_t for its loss, and for step t+1; c_t for h_t, and for t+1
FACTORS: dict[str, Product] = {
    "i": ("g", "i", "1-i"),  # from a^i_t to c_t, and so on
    "f": ("c0", "f", "1-f"),
    "g": ("i", "1-g2"),
    "o": ("y", "o", "1-o"),  # from a^o_t to h_t
    "c": ("f",),  # from c_{t-1} to c_t
    "ch": ("o", "1-y2"),  # from c_t to h_t
    "kept": (),  # on everything that step t+1 reads of c_t
    "read": (),  # on h_{t-1} where the gates read it
}
TO_CELL, TO_STATE = (0.0, 0.0, 1.0, 1.0), (1.0, 1.0, 0.0, 0.0)
READ = {"i": TO_CELL, "f": TO_CELL, "g": TO_CELL, "o": TO_STATE, "c": TO_CELL, "ch": (1.0, 1.0)}
Block = tuple[str, bool]  # a gate's rows of W_h, and whether they stand transposed


@dataclass(frozen=True, eq=False)
class Altered:
    """What is other than right. Whatever is not named is right.

    Args:
        factors: the factor of an edge, by the keys of `FACTORS`.
        read: how often what goes along an edge counts in each of `CHANNELS`, by the keys of `READ`.
        extra: edges that are none, with their factors: from "h" or "c" before the step to a channel or gate.
        blocks: which rows of W_h a gate reads h_{t-1} by; none for None.
        rows: which gate's gradient stands in the rows of i, f, g, o.
        gates: from what the gates are computed, see `course.lstm_atoms.entering`.
        carried: what of h and c goes into each step, (T, 2), as a function of T.
        only_uses: whether all that holds where parameters and inputs enter, and not where h and c do.
        only_first: whether it holds in step 1 alone.
        uses: what the errors at the steps are multiplied by, in the gradients of W_x, W_h and b: see
            `course.lstm_reads.USES`.
        losses: what is read of dH (T, h).
    """

    factors: Mapping[str, Product] = field(default_factory=dict)
    read: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    extra: Mapping[tuple[str, str], Product] = field(default_factory=dict)
    blocks: Mapping[str, Block | None] = field(default_factory=dict)
    rows: str = GATES
    gates: str = "before"
    carried: Callable[[int], Array] | None = None
    only_uses: bool = False
    only_first: bool = False
    uses: Mapping[str, str] = field(default_factory=dict)
    losses: Callable[[Array], Array] | None = None


class Run:
    """An LSTM's run over X (T, d) from h_0 and c_0: states, and the values of its steps."""

    def __init__(self, p: LSTM, X: Array, h_0: Array, c_0: Array) -> None:
        self.p, self.X = p, X
        self.H, self.C = lstm_forward(p, X, h_0, c_0)
        self._atoms: dict[str, Atoms] = {}

    def atoms(self, gates: str) -> Atoms:
        """The values, with the gates computed from that."""
        if gates not in self._atoms:
            self._atoms[gates] = Atoms(self.p, self.X, self.H, self.C, gates)
        return self._atoms[gates]

    def factors(self, slips: Sequence[Altered]) -> tuple[dict[str, Array], dict[str, Array]]:
        """The factor of each edge (K, T, h) where states go along, and of each gate where parameters do."""
        plain = self.atoms("before")
        found = {
            edge: np.repeat(plain.product(right)[None], len(slips), 0) for edge, right in FACTORS.items()
        }
        uses = {gate: found[gate].copy() for gate in GATES}
        for k, slip in enumerate(slips):
            end = 1 if slip.only_first else None
            atoms = plain if slip.gates == "before" else self.atoms(slip.gates)
            wanted = slip.factors if slip.gates == "before" else {**FACTORS, **slip.factors}
            for edge, factor in wanted.items():
                value = atoms.product(factor)[:end]
                if edge in uses:
                    uses[edge][k, :end] = value
                if not slip.only_uses:
                    found[edge][k, :end] = value
        return found, uses

    def matrices(self, slips: Sequence[Altered]) -> Array:
        """The rows of W_h by which each gate reads h_{t-1} (K, 4, h, h)."""
        h = self.H.shape[1]
        parts = dict(zip(GATES, self.p.W_h.reshape(4, h, h), strict=True))
        found = np.repeat(self.p.W_h.reshape(1, 4, h, h), len(slips), 0)
        for k, slip in enumerate(slips):
            for gate, block in slip.blocks.items():
                W = np.zeros((h, h)) if block is None else parts[block[0]]
                found[k, GATES.index(gate)] = W.T if block and block[1] else W
            if slip.rows != GATES and not slip.only_uses:
                found[k] = found[k][[slip.rows.index(gate) for gate in GATES]]
        return found

    def response(self, dH: Array, dc_T: Array, slips: Sequence[Altered], upto: int) -> Array:
        """The loss's tangents (K, n) along the entries of h_0, c_0 and a_1 … a_upto, all at once."""
        (T, h), K = dH.shape, len(slips)
        tangents = _Tangents(self, slips)
        d_h, d_c = (np.repeat(np.eye(2 * h).reshape(2, 1, h, 2 * h)[j], K, 0) for j in (0, 1))
        found = np.zeros((K, 2 * h + 4 * h * upto))
        dL = np.stack([dH if slip.losses is None else slip.losses(dH) for slip in slips])
        whole = np.ones((T, 2))
        on = np.stack([slip.carried(T) if slip.carried else whole for slip in slips])
        for t in range(T):
            if (on[:, t] != 1).any():
                d_h, d_c = on[:, t, 0, None, None] * d_h, on[:, t, 1, None, None] * d_c
            loss, d_h, d_c = (d[..., : found.shape[1]] for d in tangents.after(t, d_h, d_c))
            found[:, : d_h.shape[2]] += np.einsum("ku,kun->kn", dL[:, t], loss)
        return np.asarray(found + dc_T @ d_c)

    def start(self, dH: Array, dc_T: Array, slips: Sequence[Altered]) -> dict[str, Array]:
        """Of `gradients` those by x_1, h_0 and c_0, in a fraction of the time."""
        h, found = dH.shape[1], self.response(dH, dc_T, slips, 1)
        return {"X": found[:, None, 2 * h :] @ self.p.W_x, "h_0": found[:, :h], "c_0": found[:, h : 2 * h]}

    def gradients(self, dH: Array, dc_T: Array, slips: Sequence[Altered]) -> dict[str, Array]:
        """Gradients of `Σ_t ⟨dH_t, h_t⟩ + ⟨dc_T, c_T⟩` by W_x, W_h, b, X, h_0, c_0 (K, …)."""
        (T, h), K = dH.shape, len(slips)
        response = self.response(dH, dc_T, slips, T)
        delta = response[:, 2 * h :].reshape(K, T, 4 * h)
        back, one = delta.swapaxes(1, 2), np.ones((T, 1))
        read = {"W_x": self.X, "W_h": self.H[:-1], "b": one}
        found = {name: back @ values for name, values in read.items()}
        for k, slip in enumerate(slips):
            for name, kind in slip.uses.items():
                found[name][k] = back[k] @ USES[kind](read[name], self.H, self.C)
        found |= {"b": found["b"][..., 0], "a": delta}
        return found | {"X": delta @ self.p.W_x, "h_0": response[:, :h], "c_0": response[:, h : 2 * h]}


class _Tangents:
    """The tangents of a run's steps under each alteration."""

    def __init__(self, run: Run, slips: Sequence[Altered]) -> None:
        self.slips, self.W, K = slips, run.matrices(slips), len(slips)  # W (K, 4, h, h)
        at, uses = run.factors(slips)
        self.entering, self.passing = (
            np.stack([f[g] for g in GATES], axis=2) for f in (uses, at)
        )  # (K, T, 4, h)
        self.at, self.first = at, np.array([slip.only_first for slip in slips])
        self.read = {edge: np.tile(np.array(counts), (K, 1)) for edge, counts in READ.items()}
        self.order = np.tile(np.arange(4), (K, 1))  # whose gradient stands in each row
        self.extra: dict[tuple[str, str], list[tuple[int, Array]]] = {}
        for k, slip in enumerate(slips):
            for edge, counts in slip.read.items():
                self.read[edge][k] = counts
            for way, factor in slip.extra.items():
                self.extra.setdefault(way, []).append((k, run.atoms(slip.gates).product(factor)))
            if slip.rows != GATES:
                self.order[k] = [GATES.index(gate) for gate in slip.rows]

    def after(self, t: int, d_h: Array, d_c: Array) -> tuple[Array, Array, Array]:
        """Those after step t+1 (K, h, n + 4h): of h for its loss, of h and of c for the next step."""
        (K, h, n), read = d_h.shape, self.read
        if t and self.first.any():
            read = {edge: np.where(self.first[:, None], READ[edge], counts) for edge, counts in read.items()}
        arriving = self.W.reshape(K, 4 * h, h) @ (d_h * self.at["read"][:, t, :, None])
        arriving = arriving.reshape(K, 4, h, n)
        for k, factor, source, gate in self._extra(t, d_h, d_c, GATES):
            arriving[k, GATES.index(gate)] += self.W[k, GATES.index(gate)] @ (source * factor[:, None])
        d = np.zeros((4, K, h, n + 4 * h))
        counts = np.stack([read[gate] for gate in GATES], axis=1)  # (K, 4, channels)
        for j in range(4):
            _add(d[..., :n], counts[:, j], self.passing[:, t, j, :, None] * arriving[:, j])
        own = self.entering[:, t, :, None] * counts[..., None]  # (K, 4, channels, h)
        own = np.take_along_axis(own, self.order[:, :, None, None], 1)
        for unit in range(h):
            d[:, :, unit, n + unit :: h] = own[..., unit].transpose(2, 0, 1)
        _add(d[..., :n], read["c"], self.at["c"][:, t, :, None] * d_c)
        for k, factor, source, channel in self._extra(t, d_h, d_c, CHANNELS):
            d[CHANNELS.index(channel), k, :, :n] += source * factor[:, None]
        loss, later, shown, kept = d
        shown = self.at["ch"][:, t, :, None] * shown
        _add(d[:2], read["ch"], shown)
        return loss, later, self.at["kept"][:, t, :, None] * kept

    def _extra(
        self, t: int, d_h: Array, d_c: Array, ends: Sequence[str]
    ) -> list[tuple[int, Array, Array, str]]:
        """The edges that are none, to those ends: alteration, factor, tangent at its start, and end."""
        return [
            (k, factor[t], (d_h if start == "h" else d_c)[k], end)
            for (start, end), found in self.extra.items()
            if end in ends
            for k, factor in found
            if not (self.slips[k].only_first and t)
        ]


def _add(d: Array, counts: Array, way: Array) -> None:
    """Add to the channels d (c, K, h, n) what goes along a way, as often as it counts there (K, c)."""
    for channel, count in zip(d, counts.T, strict=True):
        some = np.flatnonzero(count)
        if 2 * len(some) < len(count):
            channel[some] += count[some, None, None] * way[some]
        else:
            channel += way if (count == 1).all() else count[:, None, None] * way
