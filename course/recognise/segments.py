"""Mistakes that depend on segments of `every` steps: counts, rules and rows that are wrong there."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from course.models import RNN, Array
from course.recognise.counting import squared_errors
from course.recognise.rules import RIGHT, Rule
from course.recognise.sequences import Sequence, Terms, terms

OUTPUT = ("b_q", "W_qh")
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
    made: dict[Hashable, Any] = field(default_factory=dict)

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

    def kept(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What `make` gives, made once for every key."""
        if key not in self.made:
            self.made[key] = make()
        return self.made[key]

    def sum_of(self, found: Terms, name: str) -> Array:
        """The gradient from its terms."""
        if name in (*OUTPUT, "h_0", "X"):
            return np.asarray(found[name].sum(0))
        return np.asarray(found[name].sum((0, 1)))

    def begins(self) -> Array:
        """The first step of every segment, from 0."""
        return np.arange(0, len(self.X), self.every)


@dataclass(frozen=True)
class SegmentRule(Rule):
    """A mistake that depends on where the segments begin and end."""

    def part(self, case: Segments, name: str) -> Array:
        """The gradient that it leaves, by its name in `Terms`; those of the output layer cost least."""
        raise NotImplementedError


@dataclass(frozen=True)
class Counted(SegmentRule):
    """Losses, uses or edges that count wrongly."""

    alpha: Weighed = lambda t, k, T, every: 1
    output: Chosen = lambda t, T, every: 1
    only: tuple[str, ...] = ()  # the gradients that it concerns; none: all

    def part(self, case: Segments, name: str) -> Array:
        """The right terms, counted."""
        T, term = len(case.X), case.right[name]
        if self.only and name not in self.only:
            return case.sum_of(case.right, name)
        if name in OUTPUT:
            counts = np.broadcast_to(1.0 * self.output(np.arange(T), T, case.every), T)
            return np.tensordot(counts, term, 1)
        t, k = np.mgrid[:T, :T]
        counts = np.broadcast_to(1.0 * self.alpha(t, k, T, case.every), (T, T))
        if name == "h_0":
            return np.asarray(counts[:, 0] @ term)
        return np.einsum("tk,tkd->kd", counts, term) if name == "X" else np.tensordot(counts, term, 2)


@dataclass(frozen=True)
class AtSteps(SegmentRule):
    """A local rule that is altered at some steps alone."""

    altered: Rule = RIGHT
    places: Chosen = lambda t, T, every: t < 0
    steps: frozenset[int] = frozenset()

    def at(self, t: int) -> Rule:
        """The altered rule at its steps."""
        return self.altered if t in self.steps else RIGHT

    def part(self, case: Segments, name: str) -> Array:
        """The terms of the whole run under it; the output layer's are right."""
        if name in OUTPUT:
            return case.sum_of(case.right, name)
        chosen = self.places(np.arange(len(case.X)), len(case.X), case.every)
        bound = replace(self, steps=frozenset(np.flatnonzero(chosen).tolist()))
        return case.sum_of(case.kept(self, lambda: terms(case.run, bound)), name)


@dataclass(frozen=True)
class EdgeFactors(Rule):
    """What goes back over some edges is multiplied once more, by a factor for every unit."""

    factors: dict[int, Array] = field(default_factory=dict)  # by the step that the edge leads to
    own: float | Array = 1.0

    def at(self, t: int) -> Rule:
        """The rule of that edge."""
        return replace(self, own=self.factors[t]) if t in self.factors else RIGHT

    def arriving(self, slope: Array, carried: Array, W: Array) -> Array:
        """With the factor."""
        return super().arriving(slope, self.own * carried, W)


@dataclass(frozen=True)
class SlopeAgain(SegmentRule):
    """What goes back over some edges meets the slope of the state that it goes to once too often."""

    places: Chosen = lambda t, T, every: t < 0

    def part(self, case: Segments, name: str) -> Array:
        """The terms of the whole run under it; the output layer's are right."""
        if name in OUTPUT:
            return case.sum_of(case.right, name)
        chosen = np.flatnonzero(self.places(np.arange(len(case.X)), len(case.X), case.every))
        rule = EdgeFactors("", "", "", factors={int(t): 1 - case.states[t] ** 2 for t in chosen})
        return case.sum_of(case.kept(self, lambda: terms(case.run, rule)), name)


@dataclass(frozen=True)
class Reads(SegmentRule):
    """Wrong rows in the place of what a weight multiplies."""

    weight: str = "W_hh"
    rows: Callable[[Segments], Array] = lambda case: case.states[:-1]

    def part(self, case: Segments, name: str) -> Array:
        """What is right, but that weight's."""
        if name != self.weight:
            return case.sum_of(case.right, name)
        left = case.right["b_q"] if name == "W_qh" else case.right["b_h"].sum(0)
        return np.asarray(left.T @ self.rows(case))
