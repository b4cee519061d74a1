"""Gradients of an LSTM in which every kind of edge is counted as often as its weight says.

Weight w on an edge with value x: the value stays, the derivative is multiplied, `w·x + (1−w)·Re(x)`. The
tangents run forwards through the altered graph, and each factor on the way is a complex step of the given
formulas, so neither a backward pass nor a slope shows. All is polynomial in the weights: at complex weights
`w + i·ε·e_k` the real part is the value, and the imaginary part its derivative by w_k.
Source: Squire & Trapp, "Using complex variables to estimate derivatives of real functions" (1998), eq. 2.
"""

from dataclasses import dataclass

import numpy as np

from course.gated import LSTM, logistic, lstm_forward
from course.models import Array
from course.oracles import STEP

GATES = ("h→i", "h→f", "h→g", "h→o")
STATES = ("c→c", *GATES, "c→h")  # the edges inside a step
EDGES = (*STATES, "loss")  # and h_t → ℓ_t
ARRIVING = "c_next"  # what a later step sends back along c_t, where it is an argument


@dataclass(frozen=True)
class Factors:
    """The derivatives of the steps' formulas, unit by unit, each (T, h).

    `of_c` is ∂c'/∂c, `by_gate` are ∂c'/∂a for the rows i, f, g, `shown` is ∂h'/∂c', `opened` is ∂h'/∂a^o.
    """

    of_c: Array
    by_gate: list[Array]
    shown: Array
    opened: Array


def cell_of(i: Array, f: Array, g: Array, c: Array) -> Array:
    """`c' = σ(a^f) ⊙ c + σ(a^i) ⊙ tanh(a^g)`, complex-safe."""
    return np.asarray(logistic(f) * c + logistic(i) * np.tanh(g))


def state_of(o: Array, cell: Array) -> Array:
    """`h' = σ(a^o) ⊙ tanh(c')`, complex-safe."""
    return np.asarray(logistic(o) * np.tanh(cell))


def factors_of(p: LSTM, X: Array, H: Array, C: Array) -> Factors:
    """The factors of steps from H and C (T, h), by nudging one argument of a formula in all units at once.

    They do not mix there.
    """
    i, f, g, o = np.split(X @ p.W_x.T + H @ p.W_h.T + p.b, 4, axis=1)
    at = (i, f, g, C)
    turned = [
        np.imag(cell_of(*(a + 1j * STEP * (j == k) for j, a in enumerate(at)))) / STEP for k in range(4)
    ]
    cell = cell_of(*at)
    shown, opened = (np.imag(state_of(o + a, cell + b)) / STEP for a, b in ((0, 1j * STEP), (1j * STEP, 0)))
    return Factors(turned[3], turned[:3], shown, opened)


def by_edge(names: tuple[str, ...], w: Array) -> dict[str, Array]:
    """Weights (K, len(names)) by name, each (K, 1, 1); an edge without a name counts once."""
    once = {e: np.ones((len(w), 1, 1)) for e in (*EDGES, ARRIVING)}
    return once | {e: w[:, k, None, None] for k, e in enumerate(names)}


@dataclass(frozen=True)
class Steps:
    """An LSTM's run over X (T, d): the states before each step (T, h), and the steps' factors."""

    p: LSTM
    X: Array
    before: Array
    factors: Factors

    @classmethod
    def of(cls, p: LSTM, X: Array, h_0: Array, c_0: Array) -> "Steps":
        """Run it."""
        H, C = lstm_forward(p, X, h_0, c_0)
        return cls(p, X, H[:-1], factors_of(p, X, H[:-1], C[:-1]))

    def entering(self, w: dict[str, Array]) -> Array:
        """What becomes of a unit of a_t in (h', c') (K, T, 4h, 2h), for K choices of the weights."""
        (T, h), at, K = self.before.shape, self.factors, len(w["c→h"])
        found, units = np.zeros((K, T, 4, h, 2, h), dtype=w["c→h"].dtype), np.arange(h)
        for gate, factor in enumerate(at.by_gate):
            found[:, :, gate, units, 1, units] = factor
            found[:, :, gate, units, 0, units] = w["c→h"] * (at.shown * factor)
        found[:, :, 3, units, 0, units] = at.opened
        return found.reshape(K, T, 4 * h, 2 * h)

    def passing(self, w: dict[str, Array], entering: Array) -> Array:
        """What becomes of a unit of (h, c) in (h', c') (K, T, 2h, 2h)."""
        h, units, at = self.before.shape[1], np.arange(self.before.shape[1]), self.factors
        counts = np.concatenate([np.repeat(w[gate], h, axis=2) for gate in GATES], axis=2)  # (K, 1, 4h)
        of_h = (counts * self.p.W_h.T)[:, None] @ entering
        of_c, of_cell = np.zeros_like(of_h), w["c→c"] * at.of_c
        of_c[..., units, h + units], of_c[..., units, units] = of_cell, w["c→h"] * (at.shown * of_cell)
        return np.concatenate([of_h, of_c], axis=2)

    def gradients(
        self, dH: Array, dc_T: Array, w: dict[str, Array], first: dict[str, Array] | None = None
    ) -> dict[str, Array]:
        """Gradients of `Σ_t ⟨dH_t, h_t⟩ + ⟨dc_T, c_T⟩`, with a first axis for the choices of the weights.

        All directions run forward at once: one for each entry of the states and cells after 0, 1, … T steps.
        `first` are the weights of the edges from h_0 and c_0, if these have others.
        """
        (T, h), K = dH.shape, len(w["loss"])
        entering = self.entering(w)
        step = self.passing(w, entering)
        if first:
            step[:, 0] = self.passing(w | first, entering)[:, 0]
        units = np.broadcast_to(np.eye(2 * h), (K, 2 * h, 2 * h))
        d, response = units, np.zeros((K, 2 * h * (T + 1)), dtype=entering.dtype)
        for t in range(T):
            d = np.concatenate([d @ step[:, t], units], axis=1)
            response[:, : d.shape[1]] += w["loss"][..., 0] * (d[..., :h] @ dH[t])
        response += w[ARRIVING][..., 0] * (d[..., h:] @ dc_T)
        after = response.reshape(K, T + 1, 2 * h, 1)
        delta, rest = (entering @ after[:, 1:])[..., 0], response[:, : 2 * h]
        back = delta.swapaxes(1, 2)
        found = {"W_x": back @ self.X, "W_h": back @ self.before, "b": delta.sum(axis=1)}
        return found | {"X": delta @ self.p.W_x, "h_0": rest[:, :h], "c_0": rest[:, h:]}

    def jacobian(self, w: dict[str, Array]) -> Array:
        """∂(h', c')/∂(h, c) (K, 2h, 2h) of the first step."""
        return self.passing(w, self.entering(w))[:, 0].swapaxes(1, 2)
