"""Segments that are run again wrongly: from another state, with other rows, in another order."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from course.models import RNN, Array
from course.recognise.counting import squared_errors
from course.recognise.other_runs import at
from course.recognise.segments import OUTPUT, SegmentRule, Segments
from course.recognise.sequences import Sequence, Terms, terms


@dataclass(frozen=True)
class Piece:
    """One segment as it is run: its steps, the state that it begins at, and its rows of X and Y if others."""

    steps: Array
    start: Array
    inputs: Array | None = None
    targets: Array | None = None


def answers(s: Sequence) -> Array:
    """How each loss answers to a nudge of its own outputs (T, q), all steps at once."""
    nudged = s.p.b_q + 1e-30j * np.eye(len(s.p.b_q))[:, None]
    found = s.loss(np.arange(len(s.X)), s.p.W_qh, nudged, s.values[2])  # type: ignore[arg-type]
    return np.asarray(np.imag(found).T / 1e-30)


@dataclass(frozen=True)
class Rerun(SegmentRule):
    """Segments that are run again wrongly, in their order; `network` changes the parameters for that.

    `reads_inputs`: ∂L/∂W_hx takes the rows of X that were run, not those of its own steps. `assigned`: of
    several pieces that run the same step, only the first gives ∂L/∂x_t. `outside`: the output layer's
    gradients are right, as code gives that has them from elsewhere. `held`: every step starts at its
    piece's first state.
    """

    pieces: Callable[[Segments], list[Piece]] = lambda case: []
    network: Callable[[RNN], RNN] = lambda p: p
    reads_inputs: bool = False
    assigned: bool = False
    outside: bool = False
    held: bool = False

    def part(self, case: Segments, name: str) -> Array:
        """The sum of the pieces' terms, each at its own step."""
        if self.outside and name in OUTPUT:
            return case.sum_of(case.right, name)
        steps, s = case.kept(self, lambda: self.in_order(case))
        if s is None:
            return 0 * case.sum_of(case.right, name)
        if name in OUTPUT:
            errors = case.kept((self, "errors"), lambda: answers(s))
            return np.asarray(errors.sum(0) if name == "b_q" else errors.T @ s.values[2])
        return case.sum_of(case.kept((self, "terms"), lambda: self.placed(case, steps, terms(s))), name)

    def placed(self, case: Segments, steps: Array, found: Terms) -> Terms:
        """The terms of the pieces' steps; those of steps that are not run are zero."""
        if not self.reads_inputs:
            found["W_hx"] = found["b_h"][:, :, :, None] * case.X[steps][:, None]
        dX = np.zeros((len(found["X"]), *case.X.shape))
        first = [list(steps).index(t) for t in steps]
        counted = np.equal(first, np.arange(len(steps))) if self.assigned else np.ones(len(steps))
        for row, t in enumerate(steps):
            dX[:, t] += counted[row] * found["X"][:, row]
        return found | {"X": dX}

    def in_order(self, case: Segments) -> tuple[Array, Sequence | None]:
        """The steps as they are run, and that run: a tangent goes on through all pieces, a value does not."""
        run = self.pieces(case)
        if not run:
            return np.arange(0), None
        steps = np.concatenate([piece.steps for piece in run])
        inputs, targets = (
            np.concatenate([piece.steps if of is None else of for piece, of in zip(run, rows, strict=True)])
            for rows in ([piece.inputs for piece in run], [piece.targets for piece in run])
        )
        begins = np.cumsum([0, *[len(piece.steps) for piece in run]])
        whole = squared_errors(self.network(case.p), case.X[inputs], case.Y[targets], case.h_0)
        resumed = replace(
            whole,
            loss=lambda *more: whole.loss(*more) * len(steps) / len(case.X),
            resumes={int(t): piece.start for t, piece in zip(begins, run, strict=False)},
        )
        return steps, _held(resumed) if self.held else resumed


def _held(s: Sequence) -> Sequence:
    """Every step starts where its piece does; the states that W_hh is said to act on are in order."""
    starts: list[Array] = []
    for t in range(len(s.X)):
        starts.append(s.resumes[t] if t in s.resumes else starts[-1])
    a = s.X @ s.p.W_hx.T + np.stack(starts) @ s.p.W_hh.T + s.p.b_h
    after = np.tanh(a)
    before = [s.resumes[t] if t in s.resumes else after[t - 1] for t in range(len(s.X))]
    return at(s, (a, np.stack(before), after))
