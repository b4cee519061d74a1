"""Gradients of an LSTM in which every kind of edge is counted as often as its weight says.

Weight w on an edge with value x: the value stays, the derivative is multiplied, `w·x + (1−w)·Re(x)`. The
tangents run forwards through the altered graph, and each factor on the way is a complex step of the given
formulas, so neither a backward pass nor a slope shows. All is polynomial in the weights: at complex weights
`w + i·ε·e_k` the real part is the value, and the imaginary part its derivative by w_k.
Source: Squire & Trapp, "Using complex variables to estimate derivatives of real functions" (1998), eq. 2.
"""

from dataclasses import dataclass

import numpy as np

from course.gated import LSTM, logistic
from course.models import Array
from course.oracles import STEP

GATES = ("h→i", "h→f", "h→g", "h→o")
STATES = ("c→c", *GATES, "c→h")  # the edges inside a step
EDGES = (*STATES, "loss")  # and h_t → ℓ_t
ARRIVING = "c_next"  # what a later step sends back along c_t, where it is an argument


@dataclass(frozen=True)
class Factors:
    """The derivatives of one step's formulas, unit by unit, each (h).

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


def step(p: LSTM, x: Array, h: Array, c: Array) -> tuple[tuple[Array, Array], Factors]:
    """(h', c') and the factors, by nudging one argument of a formula in all units: they do not mix there."""
    i, f, g, o = np.split(p.W_x @ x + p.W_h @ h + p.b, 4)
    at = (i, f, g, c)
    cell = cell_of(*at)
    turned = [
        np.imag(cell_of(*(a + 1j * STEP * (j == k) for j, a in enumerate(at)))) / STEP for k in range(4)
    ]
    shown, opened = (np.imag(state_of(o + a, cell + b)) / STEP for a, b in ((0, 1j * STEP), (1j * STEP, 0)))
    return (state_of(o, cell), cell), Factors(turned[3], turned[:3], shown, opened)


@dataclass(frozen=True)
class Tangents:
    """Tangents of h and c (K, n, h): K choices of the weights, n directions."""

    h: Array
    c: Array

    @classmethod
    def along(cls, directions: Array, K: int) -> "Tangents":
        """Along directions (n, 2h) of (h, c), for K choices."""
        return cls(*np.split(np.broadcast_to(directions, (K, *directions.shape)), 2, axis=-1))

    def after(self, p: LSTM, entering: Array, at: Factors, w: dict[str, Array]) -> "Tangents":
        """Those after one step, if `entering` (n, 4h) comes in through parameters and input."""
        arriving = [w[e] * (self.h @ W.T) for e, W in zip(GATES, np.split(p.W_h, 4), strict=True)]
        i, f, g, o = (a + b for a, b in zip(np.split(entering, 4, axis=-1), arriving, strict=True))
        c = w["c→c"] * (at.of_c * self.c) + sum(s * d for s, d in zip(at.by_gate, (i, f, g), strict=True))
        return Tangents(w["c→h"] * (at.shown * c) + at.opened * o, c)


def by_edge(names: tuple[str, ...], w: Array) -> dict[str, Array]:
    """Weights (K, len(names)) by name, each (K, 1, 1); an edge without a name counts once."""
    once = {e: np.ones((len(w), 1, 1)) for e in (*EDGES, ARRIVING)}
    return once | {e: w[:, k, None, None] for k, e in enumerate(names)}


@dataclass(frozen=True)
class Steps:
    """An LSTM's run over X (T, d): the states before each step (T, h), and each step's factors."""

    p: LSTM
    X: Array
    before: Array
    factors: list[Factors]

    @classmethod
    def of(cls, p: LSTM, X: Array, h_0: Array, c_0: Array) -> "Steps":
        """Run it."""
        before, factors, state = [], [], (h_0, c_0)
        for x in X:
            before.append(state[0])
            state, found = step(p, x, *state)
            factors.append(found)
        return cls(p, X, np.stack(before), factors)

    def gradients(
        self, dH: Array, dc_T: Array, w: dict[str, Array], first: dict[str, Array] | None = None
    ) -> dict[str, Array]:
        """Gradients of `Σ_t ⟨dH_t, h_t⟩ + ⟨dc_T, c_T⟩`, with a first axis for the choices of the weights.

        All directions run forward at once: one for each entry of a_1 … a_T, of h_0 and of c_0. `first` are
        the weights of the edges from h_0 and c_0, if these have others.
        """
        (T, h), K = dH.shape, len(w["loss"])
        n, units = 4 * h * T, np.eye(4 * h * T + 2 * h)
        d, response = Tangents.along(units[:, n:], K), np.zeros((K, len(units)))
        for t, factors in enumerate(self.factors):
            d = d.after(
                self.p, units[:, 4 * h * t : 4 * h * (t + 1)], factors, w | (first or {}) if t == 0 else w
            )
            response = response + w["loss"][..., 0] * (d.h @ dH[t])
        response = response + w[ARRIVING][..., 0] * (d.c @ dc_T)
        delta, rest = response[:, :n].reshape(K, T, 4 * h), response[:, n:]
        back = delta.swapaxes(1, 2)
        found = {"W_x": back @ self.X, "W_h": back @ self.before, "b": delta.sum(axis=1)}
        return found | {"X": delta @ self.p.W_x, "h_0": rest[:, :h], "c_0": rest[:, h:]}

    def jacobian(self, w: dict[str, Array]) -> Array:
        """∂(h', c')/∂(h, c) (K, 2h, 2h) of the first step."""
        units = np.eye(2 * self.before.shape[1])
        d = Tangents.along(units, len(w["c→c"]))
        d = d.after(self.p, np.zeros((len(units), len(self.p.b))), self.factors[0], w)
        return np.concatenate([d.h, d.c], axis=2).swapaxes(1, 2)
