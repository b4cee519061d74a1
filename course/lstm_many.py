"""Gradients of an LSTM with the factors of its edges altered: many alterations at once.

The tangents run forwards, as in `course.altered_lstm`, with a first axis for the alterations.
"""

from collections.abc import Sequence

import numpy as np

from course.gated import LSTM, lstm_forward
from course.lstm_atoms import GATES, Atoms
from course.lstm_forwards import run_forward
from course.lstm_graph import CHANNELS, FACTORS, READ, Altered
from course.lstm_reads import USES
from course.models import Array


class Run:
    """An LSTM's run over X (T, d) from h_0 and c_0: states, and the values of its steps."""

    def __init__(self, p: LSTM, X: Array, h_0: Array, c_0: Array) -> None:
        self.p, self.X = p, X
        self.H, self.C = lstm_forward(p, X, h_0, c_0)
        self._atoms: dict[tuple[str, str], Atoms] = {}

    def atoms(self, gates: str, forward: str = "") -> Atoms:
        """The values, with the gates computed from that, and the states so."""
        if (gates, forward) not in self._atoms:
            p, H, C = self.p, self.H, self.C
            if forward:
                p, H, C = run_forward(forward, p, self.X, H[0], C[0])
            self._atoms[gates, forward] = Atoms(p, self.X, H, C, gates)
        return self._atoms[gates, forward]

    def factors(self, slips: Sequence[Altered]) -> tuple[dict[str, Array], dict[str, Array]]:
        """The factor of each edge (K, T, h) where states go along, and of each gate where parameters do."""
        plain = self.atoms("before")
        found = {
            edge: np.repeat(plain.product(right)[None], len(slips), 0) for edge, right in FACTORS.items()
        }
        uses = {gate: found[gate].copy() for gate in GATES}
        for k, slip in enumerate(slips):
            end = 1 if slip.only_first else None
            atoms = self.atoms(slip.gates, slip.forward)
            wanted = slip.factors if atoms is plain else {**FACTORS, **slip.factors}
            for edge, factor in wanted.items():
                value = atoms.product(factor)[:end]
                if edge in uses and not slip.only_states:
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

    def response(
        self, dH: Array, dc_T: Array, slips: Sequence[Altered], start: Array, upto: int = 0
    ) -> Array:
        """The loss's tangents (K, n + 4h upto) along start (2, h, n) of h_0 and c_0 and a_1 … a_upto."""
        (T, h), K, n = dH.shape, len(slips), start.shape[2]
        tangents = _Tangents(self, slips)
        d_h, d_c = (np.repeat(one[None], K, 0) for one in start)
        found = np.zeros((K, n + 4 * h * upto))
        dL = np.stack([dH if slip.losses is None else slip.losses(dH) for slip in slips])
        whole = np.ones((T, 2))
        on = np.stack([slip.carried(T) if slip.carried else whole for slip in slips])
        for t in range(T):
            if (on[:, t] != 1).any():
                d_h, d_c = on[:, t, 0, None, None] * d_h, on[:, t, 1, None, None] * d_c
            loss, d_h, d_c = tangents.after(t, d_h, d_c, grows=t < upto)
            found[:, : d_h.shape[2]] += np.einsum("ku,kun->kn", dL[:, t], loss)
        return np.asarray(found + dc_T @ d_c)

    def start(self, dH: Array, dc_T: Array, slips: Sequence[Altered]) -> dict[str, Array]:
        """Of `gradients` those by x_1, h_0 and c_0, in a fraction of the time."""
        h, found = dH.shape[1], self.response(dH, dc_T, slips, _units(dH.shape[1]), 1)
        return {"X": found[:, None, 2 * h :] @ self.p.W_x, "h_0": found[:, :h], "c_0": found[:, h : 2 * h]}

    def gradients(self, dH: Array, dc_T: Array, slips: Sequence[Altered]) -> dict[str, Array]:
        """Gradients of `Σ_t ⟨dH_t, h_t⟩ + ⟨dc_T, c_T⟩` by W_x, W_h, b, X, h_0, c_0 (K, …)."""
        (T, h), K = dH.shape, len(slips)
        response = self.response(dH, dc_T, slips, _units(h), T)
        delta = response[:, 2 * h :].reshape(K, T, 4 * h)
        back, one = delta.swapaxes(1, 2), np.ones((T, 1))
        read = {"W_x": self.X, "W_h": self.H[:-1], "b": one}
        found = {name: back @ values for name, values in read.items()}
        for k, slip in enumerate(slips):
            if slip.forward:
                found["W_h"][k] = back[k] @ self.atoms(slip.gates, slip.forward).H[:-1]
            for name, kind in slip.uses.items():
                found[name][k] = back[k] @ USES[kind](read[name], self.H, self.C)
        found |= {"b": found["b"][..., 0], "a": delta}
        return found | {"X": delta @ self.p.W_x, "h_0": response[:, :h], "c_0": response[:, h : 2 * h]}


class _Tangents:
    """The tangents of a run's steps under each alteration."""

    def __init__(self, run: Run, slips: Sequence[Altered]) -> None:
        self.slips, self.W, K = slips, run.matrices(slips), len(slips)  # W (K, 4, h, h)
        self.right = run.p.W_h.reshape(self.W.shape[1:])
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
                self.extra.setdefault(way, []).append(
                    (k, run.atoms(slip.gates, slip.forward).product(factor))
                )
            if slip.rows != GATES:
                self.order[k] = [GATES.index(gate) for gate in slip.rows]

    def after(self, t: int, d_h: Array, d_c: Array, grows: bool) -> tuple[Array, Array, Array]:
        """Those after step t+1 (K, h, n): of h for its loss, of h and of c for the next step.

        If it `grows`, n + 4h: those by what enters the step's gates come in.
        """
        (K, h, n), read = d_h.shape, self.read
        W = self.W
        if t and self.first.any():
            W = np.where(self.first[:, None, None, None], self.right, W)
            read = {edge: np.where(self.first[:, None], READ[edge], counts) for edge, counts in read.items()}
        arriving = W.reshape(K, 4 * h, h) @ (d_h * self.at["read"][:, t, :, None])
        arriving = arriving.reshape(K, 4, h, n)
        for k, factor, source, gate in self._extra(t, d_h, d_c, GATES):
            arriving[k, GATES.index(gate)] += W[k, GATES.index(gate)] @ (source * factor[:, None])
        d = np.zeros((4, K, h, n + 4 * h * grows))
        counts = np.stack([read[gate] for gate in GATES], axis=1)  # (K, 4, channels)
        for j in range(4):
            _add(d[..., :n], counts[:, j], self.passing[:, t, j, :, None] * arriving[:, j])
        if grows:
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


def _units(h: int) -> Array:
    """Every entry of h_0 and c_0 in turn, as `start` of a response (2, h, 2h)."""
    return np.eye(2 * h).reshape(2, h, 2 * h)
