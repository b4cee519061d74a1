"""Ways to be wrong about what arrives at a step, under the right counts, and about what leads on to h_0."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from course.models import Array
from course.recognise.claims import Claim
from course.recognise.counting import EVERYTHING, INITIAL, STEPS
from course.recognise.outputs import moved as moved_rows
from course.recognise.rules import BACK, RIGHT, RULES, USES
from course.recognise.sequences import Sequence, responses
from course.recognise.taken import Taken
from course.recognise.ways import Way

(UNSLOPED,) = (rule for rule in RULES if rule.name == "use_unsloped")


def at_the_loss(taken: Taken) -> Array:
    """What each loss sends back to all steps, put at its own."""
    return np.asarray(np.einsum("tk,tkh->th", taken.right[:, 1:], taken.responses()[0]))


@dataclass(frozen=True)
class Held(Sequence):
    """A run whose slopes depend on the loss's step, `at` (from 0): all are that step's, or it has none."""

    at: int = 0
    all: bool = True

    def slope(self, kind: str, t: int) -> Array:
        if not self.all and t == self.at:
            return np.ones(len(self.h_0))
        return super().slope(kind, self.at if self.all else t)


def _held(all_steps: bool, taken: Taken, name: str) -> Array:
    """A gradient under such slopes: each loss has its own run."""

    def answers() -> tuple[Array, Array]:
        s, rows = taken.sequence, []
        for t in range(len(s.X)):
            rows.append([one[t] for one in responses(Held(s.p, s.X, s.h_0, s.loss, at=t, all=all_steps))])
        of_a, of_h_0 = zip(*rows, strict=True)
        return np.stack(of_a), np.stack(of_h_0)

    of_a, of_h_0 = taken.once((_held, all_steps), answers)
    if name == "dh_0":
        return np.asarray(taken.right[:, 0] @ of_h_0)
    return taken.through(name, np.einsum("tk,tkh->kh", taken.right[:, 1:], of_a))


def _from(errors: Callable[[Taken], Array]) -> Callable[[Taken, str], Array]:
    return lambda taken, name: taken.through(name, taken.once(errors, lambda: errors(taken)))


def _shifted(by: int, around: bool) -> Callable[[Taken], Array]:
    """What arrives at another step; beyond the ends it is zero, or that of the other end."""

    def errors(taken: Taken) -> Array:
        moved = moved_rows(taken.errors(taken.right), by)
        return moved["around" if around else "none"]

    return errors


def _not_reached(column: int, taken: Taken, name: str) -> Array:
    """A gradient, if the way back ends at step 2, and what goes back from there is taken for ∂L/∂h_0."""
    table = taken.once(_not_reached, lambda: taken.right * (np.arange(taken.right.shape[1]) != 1))
    if name != "dh_0":
        return taken.part(name, table, losses=1.0 * (np.arange(len(table)) > 0))
    W = taken.sequence.p.W_hh
    if len(taken.right) == 1:
        return np.zeros(len(W))
    return np.asarray(taken.right[1:, column] @ taken.responses()[0][1:, 1] @ W)


MISPLACED = (
    *(
        Way(
            Claim(
                f"errors_one_step_{'early' if by > 0 else 'late'}",
                f"∂L/∂a_{{t{'+' if by > 0 else '-'}1}} stands where ∂L/∂a_t belongs.",
                USES,
                ("b_h", "dX"),  # in W_hx or W_hh alone it is another input or state
            ),
            STEPS,
            _from(_shifted(by, around)),
        )
        for by in (1, -1)
        for around in (False, True)
    ),
    *(
        Way(
            Claim(
                "step_1_not_reached",
                "The way back ends at step 2: step 1 has a loss, uses the weights, and leads to h_0.",
                BACK,
                STEPS,
            ),
            EVERYTHING,
            partial(_not_reached, column),
        )
        for column in (0, 1, 2)
    ),
    Way(
        Claim(
            "counted_at_the_loss",
            "All that the loss of step t sends back is counted at step t: what arrives at step k meets x_k "
            "and h_{k-1}.",
            USES,
            STEPS,
        ),
        STEPS,
        _from(at_the_loss),
    ),
    *(
        Way(Claim(name, sentence, USES, (*STEPS, *INITIAL)), (*STEPS, *INITIAL), partial(_held, all_steps))
        for name, sentence, all_steps in (
            (
                "slope_of_the_loss",
                "Back from the loss of step t every slope is taken at h_t: at step k it is 1 − h_k².",
                True,
            ),
            (
                "slope_at_the_loss_missing",
                "The slope is missing at the loss's own step: what enters at h_t meets 1 − h_t² there.",
                False,
            ),
        )
    ),
)

ENDS: tuple[tuple[str, Callable[[Array, Array, Sequence], Array]], ...] = (
    (
        "dh_0 is ∂L/∂h_1: one more step, through W_hh and the slope, leads to h_0.",
        lambda of_h, of_a, s: of_h,
    ),
    ("dh_0 is ∂L/∂a_1: it still has to go through W_hh to reach h_0.", lambda of_h, of_a, s: of_a),
    ("dh_0 is W_hh ∂L/∂a_1; it should be W_hhᵀ ∂L/∂a_1.", lambda of_h, of_a, s: s.p.W_hh @ of_a),
    ("On the way from h_1 to dh_0 the slope is missing.", lambda of_h, of_a, s: of_h @ s.p.W_hh),
    (
        "dh_0 is multiplied by the slope of a step before the first: W_hhᵀ ∂L/∂a_1 is ∂L/∂h_0 itself.",
        lambda of_h, of_a, s: (1 - s.h_0**2) * (of_a @ s.p.W_hh),
    ),
    (
        "dh_0 goes through W_hhᵀ once too often: W_hhᵀ ∂L/∂a_1 is ∂L/∂h_0 itself.",
        lambda of_h, of_a, s: of_a @ s.p.W_hh @ s.p.W_hh,
    ),
)


def _end(column: int, leads: Callable[[Array, Array, Sequence], Array]) -> Callable[[Taken, str], Array]:
    """Another derivative in the place of ∂L/∂h_0, counted as h_0 is or as step 1 is."""

    def value(taken: Taken, name: str) -> Array:
        counts = taken.right[:, column]
        of_h, of_a = (counts @ taken.responses(rule)[0][:, 0] for rule in (UNSLOPED, RIGHT))
        return leads(of_h, of_a, taken.sequence)

    return value


NEARBY = tuple(
    Way(Claim("another_derivative", sentence, BACK, INITIAL), INITIAL, _end(column, leads))
    for sentence, leads in ENDS
    for column in (0, 1)
)


def _sums(part: str) -> Way:
    """What is multiplied at every step, added up over the steps before."""

    def value(taken: Taken, name: str) -> Array:
        _, before, after = taken.sequence.values
        read = {"W_hx": taken.sequence.X, "W_hh": before, "W_qh": after}[part]
        same = np.asarray(np.zeros_like(read) + read.sum(0))
        if part == "W_qh":
            return taken.output(name, same)
        return taken.through(name, taken.errors(taken.right), same)

    said = f"∂L/∂{part} is a product of sums; it is a sum over steps of products."
    return Way(Claim("another_derivative", said, USES, (part,)), (part,), value)


SUMS = tuple(map(_sums, ("W_hx", "W_hh", "W_qh")))
