"""Rules of a derivative carried forward that take the wrong input or state, or do not begin at zero."""

from collections.abc import Callable

import numpy as np

from course.models import Array
from course.recognise.carried import Move
from course.recognise.forward_rules import carried_by
from course.recognise.patterns import PATTERNS, Pattern
from course.recognise.rules import RULES, Rule
from course.recognise.sequences import Sequence

Reads = Callable[[Array, Sequence], Array]


def _inputs(change: Callable[[Array], Array]) -> Reads:
    """The rows of X changed, the states as they are."""
    return lambda reads, s: change(reads) if reads is s.X else reads


def _states(change: Callable[[Array], Array]) -> Reads:
    """The states h_0 … h_T (T+1, h) made into those that W_hh multiplies, the inputs as they are."""

    def of(reads: Array, s: Sequence) -> Array:
        return change(np.concatenate([s.h_0[None], s.values[2]]))[: len(s.X)]

    return lambda reads, s: of(reads, s) if reads is s.values[1] else reads


def shifted(rows: Array, by: int, first: float = 0.0) -> Array:
    """Rows moved down by one or up by minus one, with the outermost row times `first` in the gap."""
    moved = np.roll(rows, by, axis=0)
    gap, kept = (0, 0) if by > 0 else (-1, -1)
    moved[gap] = first * rows[kept]
    return moved


KNOWN: dict[str, Rule | Pattern] = {r.name: r for r in RULES} | {p.name: p for p in PATTERNS}
READS: tuple[tuple[str, str, tuple[Reads, ...]], ...] = (
    (
        "input_one_early",
        "x_{t-1} is used where x_t belongs: W_hx multiplies the input of its own step.",
        tuple(
            map(_inputs, (lambda X: np.roll(X, 1, 0), lambda X: shifted(X, 1), lambda X: shifted(X, 1, 1.0)))
        ),
    ),
    (
        "input_one_late",
        "x_{t+1} is used where x_t belongs: W_hx multiplies the input of its own step.",
        tuple(
            map(
                _inputs,
                (lambda X: np.roll(X, -1, 0), lambda X: shifted(X, -1), lambda X: shifted(X, -1, 1.0)),
            )
        ),
    ),
    (
        "first_input_everywhere",
        "x_1 is used at every step: W_hx multiplies the input of its own step.",
        (_inputs(lambda X: np.broadcast_to(X[0], X.shape)),),
    ),
    (
        "state_one_early",
        "h_{t-2} is used where h_{t-1} belongs: W_hh multiplies the state before the step.",
        tuple(
            map(_states, (lambda H: np.roll(H, 1, 0), lambda H: shifted(H, 1), lambda H: shifted(H, 1, 1.0)))
        ),
    ),
    (
        "last_state_everywhere",
        "The same state is used at every step: W_hh multiplies the state before the step.",
        (
            _states(lambda H: np.broadcast_to(H[-2], H.shape)),
            _states(lambda H: np.broadcast_to(H[-1], H.shape)),
        ),
    ),
    (
        "first_state_everywhere",
        "h_0 is used at every step: W_hh multiplies the state before the step.",
        (_states(lambda H: np.broadcast_to(H[0], H.shape)),),
    ),
)


STARTS: tuple[Callable[[Array, Sequence], Array], ...] = (
    lambda reads, s: np.eye(len(s.h_0))[:, None, :] * np.ones_like(reads[0])[:, None],
    lambda reads, s: np.eye(len(s.h_0))[:, None, :] * reads[0][:, None],
    lambda reads, s: np.eye(len(s.h_0))[:, None, :] * reads[0][:, None] * (1 - s.h_0**2),
    lambda reads, s: np.eye(len(s.h_0))[:, None, :] * reads[0][:, None] * (1 - s.values[2][0] ** 2),
    lambda reads, s: np.ones((len(s.h_0), len(reads[0]), len(s.h_0))),
)
OF_ENTERING = (
    *[
        carried_by(name, KNOWN[name].sentence, Move(reads=way), KNOWN[name].see)
        for name, way in (
            ("later_state", _states(lambda H: H[1:])),
            ("first_use", _states(lambda H: np.concatenate([0 * H[:1], H[1:]]))),
        )
    ],
    *[carried_by(name, sentence, Move(reads=way)) for name, sentence, ways in READS for way in ways],
    *[
        carried_by(
            "start_not_zero",
            "The derivative of h_0 does not begin at zero: h_0 does not depend on the weights.",
            Move(start=start),
        )
        for start in STARTS
    ],
)
