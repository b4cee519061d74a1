"""Ways to walk from each loss to each use that go wrong as a whole: what loops over losses and steps may do.

As in `course.recognise.sequences`, tangents go forwards through copies of the weights, one for each use.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from course.models import Array
from course.recognise.rules import Rule
from course.recognise.sequences import Sequence, after_states, responses

Parts = dict[str, Array]  # by weight what each use gives, (K, …); of h_0 (h), of W_qh and b_q each loss


@dataclass(frozen=True)
class Walk:
    """How the tangent of a state comes about; slopes (T, h) that are None are right.

    Args:
        own: the slope where a loss enters, of the last step on a path.
        between: the slope of the steps between.
        use: the slope at a use in an earlier step.
        W: the matrix from state to state, and `first`, if not None, that from h_0 to h_1.
        back: the steps in reverse order.
        beside: the state before goes on as it is, beside what the step makes of it.
        turned: the Jacobian of every step is transposed.
        early: each loss enters at the state before its own as well.
    """

    own: Array | None = None
    between: Array | None = None
    use: Array | None = None
    W: Array | None = None
    first: Array | None = None
    back: bool = False
    beside: bool = False
    turned: bool = False
    early: bool = False


class Run:
    """One sequence, and what every walk needs of it."""

    def __init__(self, s: Sequence) -> None:
        self.s, self.T, self.h = s, len(s.X), len(s.h_0)
        self.after = after_states(s)

    @cached_property
    def right(self) -> tuple[Array, Array]:
        """How each loss answers to a_k (T, T, h), and to h_0 (T, h)."""
        return responses(self.s)

    @property
    def walked(self) -> tuple[Array, Array]:
        """The same, from what each loss sends to its own state as it is in `after`."""
        return self.walk(Walk())

    def under(self, rule: Rule) -> tuple[Array, Array]:
        """The same under a rule."""
        return responses(self.s, rule)

    def slopes(self, kind: str = "tanh") -> Array:
        """Those of all steps (T, h)."""
        return np.stack([self.s.slope(kind, t) for t in range(self.T)])

    def walk(self, w: Walk) -> tuple[Array, Array]:
        """The same on another walk."""
        h, T, right = self.h, self.T, self.slopes()
        own, between, use = (right if a is None else a for a in (w.own, w.between, w.use))
        carried = np.zeros((T * h + h, h))
        carried[-h:] = np.eye(h)
        found = np.zeros((T, len(carried)))
        W = self.s.p.W_hh if w.W is None else w.W
        for t in reversed(range(T)) if w.back else range(T):
            entering = np.zeros_like(carried)
            entering[t * h : (t + 1) * h] = np.eye(h)
            matrix = w.first if t == 0 and w.first is not None else W
            if w.turned:
                arriving, met = (carried * between[t]) @ matrix, np.ones(h)
                read = own[t] * entering + (carried * own[t]) @ matrix
            else:
                arriving, met = carried @ matrix.T, between[t]
                read = own[t] * (entering + arriving)
            beside = carried if w.beside else 0.0
            again = carried if w.early else 0.0
            found[t] = (read + beside + again) @ self.after[t]
            carried = use[t] * entering + met * arriving + beside
        return found[:, :-h].reshape(T, T, h), found[:, -h:]

    @cached_property
    def outputs(self) -> Parts:
        """The right terms of the output layer."""
        s = self.s
        return s.read_after if s.p.W_qh.size else {}

    def parts(self, answers: tuple[Array, Array]) -> Parts:
        """Every part, of each use by itself."""
        (_, before, _), s = self.s.values, self.s
        delta = answers[0].sum(axis=0)
        by_use = {
            "W_hx": delta[:, :, None] * s.X[:, None],
            "W_hh": delta[:, :, None] * before[:, None],
            "b_h": delta,
            "X": delta @ s.p.W_hx,
            "h_0": answers[1].sum(axis=0),
        }
        return by_use | self.outputs

    def counted(self, alpha: Array, initial: Array, of_output: Array | None = None) -> Parts:
        """The right ones, counted by alpha (T, T); h_0's by initial (T)."""
        of_a, of_h_0 = self.right
        found = self.parts((of_a * alpha[:, :, None], of_h_0 * initial[:, None]))
        if of_output is not None:
            for name, terms in self.outputs.items():
                found[name] = terms * of_output.reshape(-1, *[1] * (terms.ndim - 1))
        return found


Way = tuple[str, str, str, Callable[[Run], Parts]]  # name, sentence, where to read, and the parts


def slopes_of(rules: Iterable[Rule]) -> list[Way]:
    """Every kind of slope where losses enter alone, and everywhere else alone."""
    found: list[Way] = []
    for rule in rules:
        kind, said = rule.slope, rule.sentence

        def own(run: Run, kind: str = kind) -> Parts:
            return run.parts(run.walk(Walk(own=run.slopes(kind))))

        def behind(run: Run, kind: str = kind) -> Parts:
            other = run.slopes(kind)
            return run.parts(run.walk(Walk(between=other, use=other)))

        found += [
            (
                f"{rule.name}_at_own_loss",
                f"{said} This is so where each loss enters, at its own step.",
                rule.see,
                own,
            ),
            (
                f"{rule.name}_further_back",
                f"{said} This is so behind each loss's own step alone.",
                rule.see,
                behind,
            ),
        ]
    return found


def under(rules: Iterable[Rule]) -> list[Way]:
    """Local rules that are asked for here alone."""
    return [(r.name, r.sentence, r.see, lambda run, r=r: run.parts(run.under(r))) for r in rules]  # type: ignore[misc]


def unlike(**changed: Callable[[Run], Array]) -> Callable[[Run], Parts]:
    """The right parts but for those that are given."""
    return lambda run: run.parts(run.right) | {name: of(run) for name, of in changed.items()}


def no_edges(run: Run) -> Parts:
    """A loss's error reaches every step as it is; only the slope of the use is there."""
    of_a = np.tril(np.ones((run.T, run.T)))[:, :, None] * run.after[:, None] * run.slopes()
    return run.parts((of_a, run.after))


def slope_of_loss(run: Run) -> Parts:
    """The slope at each use is that of the loss's step."""
    slope = run.slopes()
    of_a, of_h_0 = run.walk(Walk(use=np.ones_like(slope)))
    own = np.eye(run.T, dtype=bool)[:, :, None]
    return run.parts((np.where(own, of_a, of_a * slope[:, None]), of_h_0))
