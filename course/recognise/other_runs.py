"""The right gradient of another run: the backward pass is right, at states that are not the network's."""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np

from course.models import Array
from course.recognise.sequences import Sequence

Values = tuple[Array, Array, Array]


@dataclass(frozen=True)
class AtStates(Sequence):
    """A sequence whose sums and states, before and after each step, are given; slopes are those of states."""

    given: Values | None = None
    returns: Array | None = None  # the states that the answer returns, if not those

    @property
    def values(self) -> Values:
        """Those given."""
        assert self.given is not None
        return self.given

    def slope(self, kind: str, t: int) -> Array:
        """1 − h_t² at the state given."""
        return np.ones_like(self.values[2][t]) if self.linear else 1 - self.values[2][t] ** 2


def at(s: Sequence, values: Values, returns: Array | None = None) -> Sequence:
    """The same sequence and losses at other states."""
    return AtStates(**{f.name: getattr(s, f.name) for f in fields(Sequence)}, given=values, returns=returns)


def returned(s: Sequence) -> Array:
    """The states (T, h) that an answer returns which makes this run."""
    return s.values[2] if not isinstance(s, AtStates) or s.returns is None else s.returns


def run(
    s: Sequence,
    squash: Callable[[Array], Array] | None = None,
    W_hh: Array | None = None,
    X: Array | None = None,
    h_0: Array | None = None,
    held: bool = False,
) -> Values:
    """a_t, h_{t-1} and h_t (T, h) of a forward pass with another tanh, W_hh, X or h_0.

    `held`: every step reads h_0.
    """
    squash = squash or ((lambda a: a) if s.linear else np.tanh)
    W, h = s.p.W_hh if W_hh is None else W_hh, s.h_0 if h_0 is None else h_0
    a, before, after = [], [], []
    for x in s.X if X is None else X:
        before.append(h)
        a.append(s.p.W_hx @ x + W @ h + s.p.b_h)
        after.append(squash(a[-1]))
        h = h if held else after[-1]
    return np.stack(a), np.stack(before), np.stack(after)


Other = tuple[str, str, Callable[[Sequence], Sequence]]
STATES = "The states are not those of the network"
HELD = f"{STATES}: every step of the forward pass starts at h_0; step t starts at h_{{t-1}}."


def _h_0_ignored(s: Sequence, read: bool) -> Sequence:
    a, before, after = run(s, h_0=0 * s.h_0)
    return at(s, (a, np.vstack([s.h_0, before[1:]]) if read else before, after))


def _held_alone(s: Sequence) -> Sequence:
    """The backward pass reads the states in order all the same."""
    a, _, after = run(s, held=True)
    return at(s, (a, np.vstack([s.h_0, after[:-1]]), after))


def _sums_kept(s: Sequence) -> Sequence:
    a, _, after = s.values
    return at(s, (a, np.vstack([s.h_0, a[:-1]]), a), after)


def other_runs(linear: bool) -> list[Other]:
    """Name, sentence and the run, of an exercise without or with a tanh."""
    ignored = f"{STATES}: the forward pass begins at zeros instead of h_0. For those the gradient is right."
    found: list[Other] = [
        ("forward_from_zeros", ignored, lambda s: _h_0_ignored(s, False)),
        ("forward_from_zeros", ignored, lambda s: _h_0_ignored(s, True)),
        (
            "forward_transposed",
            f"{STATES}: W_hhᵀ stands in the forward pass, where a_t = W_hx x_t + W_hh h_{{t-1}} + b_h.",
            lambda s: at(s, run(s, W_hh=s.p.W_hh.T)),
        ),
        (
            "forward_without_matrix",
            f"{STATES}: W_hh is missing in the forward pass, where h_{{t-1}} enters as W_hh h_{{t-1}}.",
            lambda s: at(s, run(s, W_hh=np.eye(len(s.h_0)))),
        ),
        (
            "forward_without_carry",
            f"{STATES}: in the forward pass nothing travels from step to step.",
            lambda s: at(s, run(s, W_hh=0 * s.p.W_hh)),
        ),
        (
            "forward_held",
            HELD,
            lambda s: at(s, run(s, held=True)),
        ),
        ("forward_held", HELD, _held_alone),
        (
            "forward_reversed",
            f"{STATES}: the forward pass reads the inputs in reverse order.",
            lambda s: at(s, run(s, X=s.X[::-1])),
        ),
    ]
    if linear:
        squashed = f"{STATES}: there is a tanh in the forward pass; this network has none."
        return [*found, ("forward_squashed", squashed, lambda s: at(s, run(s, np.tanh)))]
    return [
        *found,
        (
            "forward_linear",
            f"{STATES}: the tanh is missing in the forward pass.",
            lambda s: at(s, run(s, lambda a: a)),
        ),
        (
            "forward_sigmoid",
            f"{STATES}: the forward pass has a sigmoid; this network has tanh.",
            lambda s: at(s, run(s, lambda a: (1 + np.tanh(a / 2)) / 2)),
        ),
        (
            "sums_kept_as_states",
            "The sums a_t are kept where the states belong: the backward pass reads h_t = tanh(a_t).",
            _sums_kept,
        ),
    ]
