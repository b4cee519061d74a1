"""Gradients of an LSTM with the factors of its edges altered: many alterations at once."""

from collections.abc import Sequence

import numpy as np

from course.gated import LSTM, lstm_forward
from course.lstm_atoms import Atoms
from course.lstm_forwards import run_forward
from course.lstm_graph import Altered
from course.lstm_maps import maps
from course.lstm_reads import USES
from course.models import Array
from course.recognise.once import kept_once

Kind = tuple[str, str]  # what the gates are computed from, and how the states are


class Run:
    """An LSTM's run over X (T, d) from h_0 and c_0: states, and the values of its steps."""

    def __init__(self, p: LSTM, X: Array, h_0: Array, c_0: Array) -> None:
        self.p, self.X = p, X
        self.H, self.C = lstm_forward(p, X, h_0, c_0)
        self._atoms: dict[Kind, Atoms] = {}

    def atoms(self, gates: str, forward: str = "") -> Atoms:
        """The values, with the gates computed from that, and the states so."""
        return self.several([(gates, forward)])[0]

    def several(self, kinds: Sequence[Kind]) -> list[Atoms]:
        """The same for several such pairs at once."""
        new = [kind for kind in kinds if kind not in self._atoms]
        forwards = [forward for forward in dict.fromkeys(forward for _, forward in new) if forward]
        runs = {"": (self.p, self.H, self.C)}
        if forwards:
            found = run_forward(forwards, self.p, self.X, self.H[0], self.C[0])
            runs |= dict(zip(forwards, found, strict=True))
        for gates, forward in new:
            p, H, C = runs[forward]
            self._atoms[gates, forward] = Atoms(p, self.X, H, C, gates)
        return [self._atoms[kind] for kind in kinds]

    def response(
        self, dH: Array, dc_T: Array, slips: Sequence[Altered], start: Array, upto: int = 0
    ) -> tuple[Array, Array]:
        """The loss's tangents along start (n, 2h) of h_0 and c_0 (K, n), and a_1 … a_upto (K, upto, 4h)."""
        (T, h), K = dH.shape, len(slips)
        dL, on = np.repeat(dH[None], K, 0), np.ones((K, T, 2))
        for k, slip in enumerate(slips):
            if slip.losses:
                dL[k] = slip.losses(dH)
            if slip.carried:
                on[k] = slip.carried(T)
        cut = (on != 1).any(axis=(0, 2))
        step, units = maps(self, slips, upto), np.broadcast_to(np.eye(2 * h), (K, 2 * h, 2 * h))
        d, found = np.broadcast_to(start, (K, *start.shape)), np.zeros((K, len(start) + 2 * h * upto))
        for t in range(T):
            if cut[t]:
                d = d * np.repeat(on[:, None, t], h, 2)
            after = step.after(t, d[..., :h], d[..., h:])
            found[:, : d.shape[1]] += (after[:, :, 0] @ dL[:, t, :, None])[..., 0]
            d = after[:, :, 1:].reshape(*d.shape)
            if t < upto:
                d = np.concatenate([d, units], axis=1)
        found += d[..., h:] @ dc_T
        met = found[:, len(start) :].reshape(K, upto, 2, h)  # by h and by c after the steps
        met = np.concatenate([dL[:, :upto, None], met], axis=2)[:, :, None]
        return found[:, : len(start)], (step.of_gates * met).sum(axis=3).reshape(K, upto, 4 * h)

    def start(self, dH: Array, dc_T: Array, slips: Sequence[Altered]) -> dict[str, Array]:
        """Of `gradients` those by x_1, h_0 and c_0, in a fraction of the time."""
        h = dH.shape[1]
        found, delta = self.response(dH, dc_T, slips, np.eye(2 * h), 1)
        return {"X": delta @ self.p.W_x, "h_0": found[:, :h], "c_0": found[:, h:]}

    def gradients(self, dH: Array, dc_T: Array, slips: Sequence[Altered]) -> dict[str, Array]:
        """Gradients of `Σ_t ⟨dH_t, h_t⟩ + ⟨dc_T, c_T⟩` by W_x, W_h, b, X, h_0, c_0 (K, …)."""
        T, h = dH.shape
        response, delta = self.response(dH, dc_T, slips, np.eye(2 * h), T)
        back, one = delta.swapaxes(1, 2), np.ones((T, 1))
        read = {"W_x": self.X, "W_h": self.H[:-1], "b": one}
        found = {name: back @ values for name, values in read.items()}
        for k, slip in enumerate(slips):
            if slip.forward:
                found["W_h"][k] = back[k] @ self.atoms(slip.gates, slip.forward).H[:-1]
            for name, kind in slip.uses.items():
                found[name][k] = back[k] @ USES[kind](read[name], self.H, self.C)
        found |= {"b": found["b"][..., 0], "a": delta}
        return found | {"X": delta @ self.p.W_x, "h_0": response[:, :h], "c_0": response[:, h:]}


run_of = kept_once(Run)
