"""Altered outputs of a batch with padding, and the states of sequences in another order."""

from collections.abc import Callable

import numpy as np

from course.exercise import Parts
from course.models import RNN, Array, rnn_forward
from course.problem_sets.ps2._masked_runs import kept, moved, real, run, unmasked


def outputs_alone(change: Callable[..., Array], p: RNN, X: Array, lengths: Array, h_0: Array) -> Parts:
    """O by `change(O, t, lengths, p)`, from the outputs O of sequences run to the end, and steps t (T, 1)."""
    O = np.stack([rnn_forward(p, X[:, n], h_0[n])[1] for n in range(len(h_0))], axis=1)
    return {"O": change(O, np.arange(1, len(X) + 1)[:, None], lengths, p)}


def upto(O: Array, real: Array) -> Array:
    """Zero where `real` (T, N) is False."""
    return O * real[:, :, None]


def of_states(change: Callable[..., Array], p: RNN, X: Array, lengths: Array, h_0: Array) -> Parts:
    """O by `change(p, t, H)` at the real steps, with the states H of sequences run to the end, t from 1."""
    H = list(unmasked(p, X, lengths, h_0)["H"])
    O = np.stack([change(p, t, H) for t in range(1, len(X) + 1)])
    return {"O": upto(O, np.arange(1, len(X) + 1)[:, None] <= lengths)}


def before_masking(p: RNN, X: Array, lengths: Array, h_0: Array) -> Parts:
    """O made of what the step gives in the padding, before the state is kept."""
    H = unmasked(p, X, lengths, h_0)["H"]
    last = np.minimum(np.arange(len(X))[:, None], lengths)
    states = H[last, np.arange(len(lengths))]
    return {"O": np.stack([moved(p, X, t, [h]) @ p.W_qh.T + p.b_q for t, h in enumerate(states, 1)])}


def falling(lengths: Array) -> Array:
    """The order in which they fall."""
    return np.argsort(-lengths, kind="stable")


def sorted_by(order: Callable[[Array], Array], lengths: Array, T: int) -> Array:
    """The lengths in an order."""
    return np.asarray(lengths[order(lengths)])


def in_order(order: Callable[[Array], Array], p: RNN, X: Array, lengths: Array, h_0: Array) -> Parts:
    """The states of sequences that are sorted."""
    n = order(lengths)
    return run(real, moved, kept, lambda h: h, p, X[:, n], lengths[n], h_0[n])
