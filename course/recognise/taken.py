"""One case of an exercise about truncation, taken apart: its gradients by other rules or counts.

Everything comes from `course.recognise.sequences`, forwards: how each loss answers to a nudge at each step.
"""

from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from course.models import Array
from course.recognise.counting import counts
from course.recognise.rules import RIGHT, Rule
from course.recognise.sequences import Sequence, basis, responses

OF_STATES = ("W_hx", "W_hh", "b_h", "dX", "dh_0")
OF_OUTPUT = ("W_qh", "b_q")


class Taken:
    """A sequence, and the right counts (T, T+1): column k belongs to the use at step k, column 0 to h_0.

    Args:
        sequence: the run.
        right: the right counts, zero for k > t.
        args: the arguments of the case.
    """

    def __init__(self, sequence: Sequence, right: Array, args: tuple[Any, ...]) -> None:
        self.sequence, self.right, self.args = sequence, right, args
        self._known: dict[Hashable, Any] = {}

    def once(self, key: Hashable, value: Callable[[], Any]) -> Any:
        """`value()`, computed once."""
        if key not in self._known:
            self._known[key] = value()
        return self._known[key]

    def counts(self, alpha: Callable[..., Any]) -> Array:
        """The table of other counts α(t, k, T, *more)."""
        return self.once(alpha, lambda: counts(alpha, len(self.right), *self.args[4:]))  # type: ignore[no-any-return]

    def responses(self, rule: Rule = RIGHT) -> tuple[Array, Array]:
        """How each loss answers to a nudge of a_k (T, T, h), and of h_0 (T, h)."""
        return self.once(rule, lambda: responses(self.sequence, rule))  # type: ignore[no-any-return]

    def errors(self, table: Array, rule: Rule = RIGHT) -> Array:
        """What arrives at a_k (T, h), the losses counted by a table."""
        return np.asarray(np.einsum("tk,tkh->kh", table[:, 1:], self.responses(rule)[0]))

    def states(self, rule: Rule = RIGHT) -> tuple[Array, Array]:
        """What W_hh and W_qh are said to multiply."""
        _, before, after = self.sequence.values
        used = before if rule.state_used == "before" else after
        return used, before if rule.output_state == "before" else after

    def part(self, name: str, table: Array, rule: Rule = RIGHT, losses: Array | None = None) -> Array:
        """A gradient, counted by a table; those of the output layer by the weights `losses` (T)."""
        if name in OF_OUTPUT:
            return self.output(name, self.states(rule)[1], losses)
        if name == "dh_0":
            return table[:, 0] @ self.responses(rule)[1]
        errors = self.once((id(table), rule), lambda: (self.errors(table, rule), table))[0]
        return self.through(name, errors, self.states(rule)[0] if name == "W_hh" else None)

    def through(self, name: str, errors: Array, read: Array | None = None) -> Array:
        """The gradient of what enters at a_k, for other `errors` (T, h), or if a matrix multiplies `read`."""
        p = self.sequence.p
        if name == "b_h":
            return np.asarray(errors.sum(0))
        if name == "dX":
            return errors @ p.W_hx
        if read is None:
            read = self.sequence.X if name == "W_hx" else self.sequence.values[1]
        return self._answered(errors, read, getattr(p, name).shape)

    def output(self, name: str, read: Array, losses: Array | None = None) -> Array:
        """The gradient of W_qh or b_q, if W_qh multiplies `read`; each loss counts as `losses` says."""
        errors = self.output_errors if losses is None else losses[:, None] * self.output_errors
        return errors.sum(0) if name == "b_q" else self._answered(errors, read, self.sequence.p.W_qh.shape)

    def _answered(self, errors: Array, read: Array, shape: tuple[int, ...]) -> Array:
        """The answer to a nudge of each entry of a matrix, which moves what it adds to by nudge @ read."""
        moved = basis(*shape) @ read[:, None, :, None]
        return np.asarray(np.einsum("kh,knh->n", errors, moved[..., 0])).reshape(shape)

    @cached_property
    def output_errors(self) -> Array:
        """How each loss answers to a nudge of its own output: (T, q)."""
        s, after = self.sequence, self.sequence.values[2]
        nudged = s.p.b_q + 1e-30j * np.eye(len(s.p.b_q))
        return np.stack([np.imag(s.loss(t, s.p.W_qh, nudged, h)) / 1e-30 for t, h in enumerate(after)])

    def alone(self, steps: slice, start: Array) -> "Taken":
        """Some steps run from another state, with the last one's loss alone."""
        s = self.sequence
        first, X = steps.start, s.X[steps]
        run = replace(s, X=X, h_0=start, loss=lambda t, W, b, h: s.loss(first + t, W, b, h), targets=None)
        right = np.zeros((len(X), len(X) + 1))
        right[-1] = 1
        return Taken(run, right, self.args)
