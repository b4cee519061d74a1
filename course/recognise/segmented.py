"""An exercise that goes through a sequence in segments of `every` steps, and mistakes that depend on them."""

from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from course.models import RNN, Array
from course.recognise.counting import squared_errors
from course.recognise.rules import RIGHT, Rule
from course.recognise.sequences import Sequence, Terms, terms
from course.recognise.unrolled import Parts, Unrolled

Weighed = Callable[[Array, Array, int, int], Any]  # from loss t, use k (both from 0), T and `every`
Chosen = Callable[[Array, int, int], Any]  # from steps t (from 0), T and `every`


@dataclass(frozen=True)
class Segments:
    """One case: the network, the inputs, the targets, the initial state, and the length of a segment."""

    p: RNN
    X: Array
    Y: Array
    h_0: Array
    every: int

    @cached_property
    def run(self) -> Sequence:
        """The right run."""
        return squared_errors(self.p, self.X, self.Y, self.h_0)

    @cached_property
    def states(self) -> Array:
        """h_0 … h_T, (T+1, h)."""
        return np.concatenate([self.h_0[None], self.run.values[2]])

    @cached_property
    def right(self) -> Terms:
        """The right terms."""
        return terms(self.run)

    def begins(self) -> Array:
        """The first step of every segment, from 0."""
        return np.arange(0, len(self.X), self.every)


@dataclass(frozen=True)
class SegmentRule(Rule):
    """A mistake that depends on where the segments begin and end."""

    def under(self, case: Segments) -> Terms:
        """The terms that it leaves."""
        raise NotImplementedError


@dataclass(frozen=True)
class Counted(SegmentRule):
    """Losses, uses or edges that count wrongly; those of the weights alone, or all."""

    alpha: Weighed = lambda t, k, T, every: 1
    output: Chosen = lambda t, T, every: 1
    weights_alone: bool = False

    def under(self, case: Segments) -> Terms:
        """The right terms, counted."""
        T, found = len(case.X), dict(case.right)
        t, k = np.mgrid[:T, :T]
        alpha = np.broadcast_to(1.0 * self.alpha(t, k, T, case.every), (T, T))
        output = np.broadcast_to(1.0 * self.output(np.arange(T), T, case.every), T)
        names = ("W_hx", "W_hh", "b_h") if self.weights_alone else ("W_hx", "W_hh", "b_h", "X")
        found |= {n: alpha.reshape(T, T, *[1] * (found[n].ndim - 2)) * found[n] for n in names}
        found |= {n: output.reshape(T, *[1] * (found[n].ndim - 1)) * found[n] for n in ("W_qh", "b_q")}
        return found if self.weights_alone else found | {"h_0": alpha[:, :1] * found["h_0"]}


@dataclass(frozen=True)
class AtSteps(SegmentRule):
    """A local rule that is altered at some steps alone."""

    altered: Rule = RIGHT
    places: Chosen = lambda t, T, every: t < 0
    steps: frozenset[int] = frozenset()

    def at(self, t: int) -> Rule:
        """The altered rule at its steps."""
        return self.altered if t in self.steps else RIGHT

    def under(self, case: Segments) -> Terms:
        """The terms of the whole run under it."""
        chosen = self.places(np.arange(len(case.X)), len(case.X), case.every)
        return terms(case.run, replace(self, steps=frozenset(np.flatnonzero(chosen).tolist())))


@dataclass(frozen=True)
class Reads(SegmentRule):
    """Wrong rows in the place of what a weight multiplies."""

    weight: str = "W_hh"
    rows: Callable[[Segments], Array] = lambda case: case.states[:-1]

    def under(self, case: Segments) -> Terms:
        """The right terms, but that weight's."""
        rows, right = self.rows(case), case.right
        if self.weight == "W_qh":
            return right | {"W_qh": right["b_q"][:, :, None] * rows[:, None]}
        return right | {self.weight: right["b_h"][:, :, :, None] * rows[:, None]}


@dataclass(frozen=True)
class Piece:
    """One segment as it is run: its steps, the state that it begins at, and its rows of X and Y if others."""

    steps: Array
    start: Array
    inputs: Array | None = None
    targets: Array | None = None


@dataclass(frozen=True)
class Rerun(SegmentRule):
    """Segments that are run again wrongly, in their order; `network` changes the parameters for that.

    `reads_inputs`: ∂L/∂W_hx takes the rows of X that were run, not those of its own steps.
    """

    pieces: Callable[[Segments], list[Piece]] = lambda case: []
    network: Callable[[RNN], RNN] = lambda p: p
    reads_inputs: bool = False

    def under(self, case: Segments) -> Terms:
        """The terms of the pieces' losses, each at its own step."""
        steps, found = self.in_order(case)
        return {
            name: _placed(term, steps, len(case.X), name in ("W_qh", "b_q", "h_0"))
            for name, term in found.items()
        }

    def in_order(self, case: Segments) -> tuple[Array, Terms]:
        """The steps as they are run, and their terms, zero if none is.

        A tangent goes on from piece to piece, a value begins anew.
        """
        run = self.pieces(case)
        if not run:
            return np.arange(0), {name: 0 * term for name, term in case.right.items()}
        steps = np.concatenate([piece.steps for piece in run])
        inputs, targets = (
            np.concatenate([piece.steps if of is None else of for piece, of in zip(run, rows, strict=True)])
            for rows in ([piece.inputs for piece in run], [piece.targets for piece in run])
        )
        begins = np.cumsum([0, *[len(piece.steps) for piece in run]])
        whole = squared_errors(self.network(case.p), case.X[inputs], case.Y[targets], case.h_0)
        found = terms(
            replace(
                whole,
                loss=lambda *more: whole.loss(*more) * len(steps) / len(case.X),
                resumes={int(t): piece.start for t, piece in zip(begins, run, strict=False)},
            )
        )
        if not self.reads_inputs:
            found["W_hx"] = found["b_h"][:, :, :, None] * case.X[steps][:, None]
        return steps, found


def _placed(term: Array, steps: Array, T: int, by_loss: bool) -> Array:
    """Terms of some steps among those of all, the others zero."""
    if not len(steps):
        return term
    whole = np.zeros((T, *term.shape[1:]) if by_loss else (T, T, *term.shape[2:]))
    whole[steps if by_loss else np.ix_(steps, steps)] = term
    return whole


@dataclass(frozen=True)
class Segmented(Unrolled):
    """A function of (p, X, Y, h_0, every)."""

    def by_rule(
        self, args: tuple[Any, ...], only: Container[str] | None = None
    ) -> Callable[[Rule], list[Terms]]:
        """The terms under a rule, of those that depend on segments too."""
        usual, case = super().by_rule(args, only), Segments(*args)
        return lambda rule: [rule.under(case)] if isinstance(rule, SegmentRule) else usual(rule)

    def nearby(self, args: tuple[Any, ...]) -> dict[str, Parts]:
        """Besides the usual ones, rows of ∂L/∂X in the wrong places, and what is carried between segments."""
        case = Segments(*args)
        dX, carried = case.right["X"].sum(0), case.right["b_h"].sum(0) @ case.p.W_hh
        segments = np.split(dX, case.begins()[1:])
        first = np.zeros_like(dX)
        first[: len(segments[0])] = segments[0]
        edges = carried[case.begins()]
        return super().nearby(args) | {
            "dX: the segments stand in reverse order.": {"dX": np.concatenate(segments[::-1])},
            "dX: the steps of each segment stand in reverse order.": {
                "dX": np.concatenate([rows[::-1] for rows in segments])
            },
            "dX: only the first segment's rows are right, the others zero: count rows from step 1.": {
                "dX": first
            },
            "dh_0 is what is carried into the last segment's first state: go on to h_0.": {"dh_0": edges[-1]},
            "dh_0 is the sum of what is carried to all checkpoints: only what reaches h_0 counts.": {
                "dh_0": edges.sum(0)
            },
        }
