"""The gradient of Σ_t ℓ_t as a sum over paths: one term for every loss t and every use k ≤ t of the weights.

Every use gets its own copy of the weights ("untied"). The terms come from a complex step taken forwards
through all copies at once: `.real` is the value, `.imag` the tangent, and the altered rule sees both.
Source: Werbos, "Backpropagation through time" (1990), sec. II; Squire & Trapp (1998), eq. 2.
"""

from collections.abc import Callable, Container
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

import numpy as np

from course.models import RNN, Array
from course.recognise.rules import RIGHT, Rule, slope_of

Terms = dict[str, Array]  # by weight: (T, T, *shape), [t, k] is loss t through use k; W_qh, b_q: (T, *shape)


@dataclass(frozen=True)
class Sequence:
    """One run of a tanh RNN, and its losses: `loss(t, W_qh, b_q, h)` is ℓ_{t+1}, complex-safe, over a batch.

    `linear` leaves out the tanh. A step in `resumes` (from 0) begins at the state given; tangents go on.
    `targets` are those that the outputs are compared with, if there are any, and further ones behind.
    W_qh (…, q, h), b_q (…, q) and h (…, h) may have a batch axis in front; the result has it too.
    """

    p: RNN
    X: Array
    h_0: Array
    loss: Callable[[int, Array, Array, Array], Array]
    linear: bool = False
    resumes: dict[int, Array] = field(default_factory=dict)
    targets: Array | None = None

    @cached_property
    def values(self) -> tuple[Array, Array, Array]:
        """a_1 … a_T, and the states before and after each step, all (T, h)."""
        a, before, after = [], [], [self.h_0]
        for t, x in enumerate(self.X):
            before.append(self.resumes.get(t, after[-1]))
            a.append(self.p.W_hx @ x + self.p.W_hh @ before[-1] + self.p.b_h)
            after.append(a[-1] if self.linear else np.tanh(a[-1]))
        return np.stack(a), np.stack(before), np.stack(after[1:])

    @cached_property
    def read_before(self) -> Terms:
        """The terms of W_qh and b_q, if the output layer reads the states before each step."""
        return _output_terms(self, self.values[1])

    @cached_property
    def read_after(self) -> Terms:
        """Those if it reads the states after each step, as is right."""
        return _output_terms(self, self.values[2])

    @cached_property
    def own_answers(self) -> Array:
        """∂ℓ_t/∂h_t (T, h): how each loss answers to its own state alone."""
        nudge = 1e-30j * np.eye(len(self.h_0))
        found = [self.loss(t, self.p.W_qh, self.p.b_q, h + nudge) for t, h in enumerate(self.values[2])]
        return np.imag(np.stack(found)) / 1e-30

    @cached_property
    def answered(self) -> tuple[Array, Array]:
        """`responses` under the right rule, computed once: nobody may change them."""
        return _responses(self, RIGHT)

    @cached_property
    def _slopes(self) -> dict[tuple[str, int], Array]:
        return {}

    def slope(self, kind: str, t: int) -> Array:
        """`slope_of` at step t (from 0), but the right one of a linear network is 1."""
        if (kind, t) not in self._slopes:
            self._slopes[kind, t] = self._slope(kind, t)
        return self._slopes[kind, t]

    def _slope(self, kind: str, t: int) -> Array:
        a, before, after = self.values
        if self.linear and kind == "tanh":
            return np.ones_like(a[t])
        return slope_of(kind, a[t], before[t], after[min(t + 1, len(a) - 1)], after[-1])


def with_errors(s: Sequence, errors: Array) -> Sequence:
    """The same run with ℓ_t = e_t·o_t: its gradients are those of any loss whose errors are e (T, q)."""
    found = replace(s, loss=lambda t, W_qh, b_q, h: (h @ W_qh.T + b_q) @ errors[t])
    found.__dict__.update({name: s.__dict__[name] for name in ("values", "_slopes") if name in s.__dict__})
    return found


def lengthened(a: Array, n: int, axis: int = 0) -> Array:
    """The array with zeros behind, n long on an axis; itself if it is as long already."""
    if a.shape[axis] >= n:
        return a
    shape = list(a.shape)
    shape[axis] = n - a.shape[axis]
    return np.concatenate([a, np.zeros(shape)], axis=axis)


def after_states(s: Sequence) -> Array:
    """A copy of ∂ℓ_t/∂h_t (T, h)."""
    return s.own_answers.copy()


def basis(*shape: int) -> Array:
    """Every unit array of that shape, stacked: (n, *shape)."""
    return np.eye(int(np.prod(shape))).reshape(-1, *shape)


def responses(s: Sequence, rule: Rule = RIGHT) -> tuple[Array, Array]:
    """How each loss answers to a nudge of a_k (T, T, h), and of h_0 (T, h)."""
    return s.answered if rule is RIGHT else _responses(s, rule)


def _responses(s: Sequence, rule: Rule) -> tuple[Array, Array]:
    T, h = len(s.X), len(s.h_0)
    carried = np.zeros((T * h + h, h))
    carried[-h:] = np.eye(h)
    found = np.zeros((T, len(carried)))
    for t in range(T):
        entering = np.zeros_like(carried)
        entering[t * h : (t + 1) * h] = np.eye(h)
        now = rule.at(t)
        slope, carry = s.slope(now.kind("use"), t), s.slope(now.kind("carry"), t)
        right = now.transpose or (t == 0 and not now.at_start)
        W = s.p.W_hh.T if right else s.p.W_hh  # rows of a batch are multiplied from the right
        arriving = now.arriving(carry, carried, W)
        tangent, carried = now.step(slope, carry, entering, arriving, carried)
        found[t] = tangent @ s.own_answers[t]
    return found[:, :-h].reshape(T, T, h), found[:, -h:]


def after_one_step(s: Sequence) -> Array:
    """∂L/∂h_1 (h): the response of the sequence that starts there, and of its own loss."""
    nudged = s.values[2][0] + 1e-30j * np.eye(len(s.h_0))
    return np.asarray(np.imag(s.loss(0, s.p.W_qh, s.p.b_q, nudged)) / 1e-30 + arriving_at_h_1(s))


def arriving_at_h_1(s: Sequence) -> Array:
    """∂(L − ℓ_1)/∂h_1 (h): what comes back to h_1 from the later losses."""
    if len(s.X) == 1:
        return np.zeros(len(s.h_0))
    rest = replace(s, X=s.X[1:], h_0=s.values[2][0], loss=lambda t, W, b, h: s.loss(t + 1, W, b, h))
    return np.asarray(responses(rest)[1].sum(0))


def terms(s: Sequence, rule: Rule = RIGHT, only: Container[str] | None = None) -> Terms:
    """All terms of the gradient with respect to W_hx, W_hh, b_h, X, h_0, W_qh and b_q, under a rule.

    `only` chooses some of those names.
    """
    _, before, after = s.values
    of_a, of_h0 = responses(s, rule)
    used = np.stack([(after if rule.at(t).state_used == "after" else before)[t] for t in range(len(s.X))])

    def by(read: Array) -> Array:  # an entry of a row of the weight moves that entry of a_k by what it reads
        return np.asarray(of_a[..., None] * read[:, None, :])

    ways: dict[str, Callable[[], Array]] = {
        "W_hx": lambda: by(s.X),
        "W_hh": lambda: by(used),
        "b_h": lambda: of_a,
        "X": lambda: of_a @ s.p.W_hx,
        "h_0": lambda: of_h0,
    }

    def by_output(name: str) -> Array:
        return (s.read_before if rule.output_state == "before" else s.read_after)[name]

    if s.p.W_qh.size:
        ways |= {name: partial(by_output, name) for name in ("W_qh", "b_q")}
    return {name: way() for name, way in ways.items() if only is None or name in only}


def _output_terms(s: Sequence, states: Array) -> Terms:
    W, b, after = s.p.W_qh, s.p.b_q, s.values[2]
    units, found = basis(*W.shape), []
    for t, h in enumerate(states):  # a nudge of W_qh moves o_t by nudge @ h, as a nudge of b_q would
        moved = b + 1e-30j * np.concatenate([units @ h, np.eye(len(b))])
        found.append(np.imag(s.loss(t, W, moved, after[t])) / 1e-30)
    by_W, by_b = np.split(np.stack(found), [W.size], axis=1)
    return {"W_qh": by_W.reshape(-1, *W.shape), "b_q": by_b}
