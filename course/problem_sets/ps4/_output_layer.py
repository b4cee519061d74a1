"""The largest gradient of an output layer whose states lie in a cube, as far as a search finds it."""

import itertools

import numpy as np

from course.models import RNN, Array, rnn_forward


def corners(W_qh: Array, h: int) -> Array:
    """Where ‖W_qh v + b_q − y‖ ‖v‖ is largest: corners of [−1, 1]^h.

    The first norm is convex, so no point beats every corner; the second is √h at each of them. For many
    units W_qh has rank one, and the two corners along it are enough.
    """
    if h <= 6:
        return np.array(list(itertools.product([-1.0, 1.0], repeat=h)))
    along = np.sign(W_qh[np.argmax(np.abs(W_qh).max(axis=1))])
    return np.stack([along, -along])


def reach(W_qh: Array, b_q: Array, Y: Array, h: int) -> float:
    """The mean over the steps of the largest norm that a step can give."""
    states = corners(W_qh, h)
    outputs = states @ W_qh.T + b_q
    steps = [np.sqrt(np.sum((outputs - y) ** 2, axis=1) * np.sum(states**2, axis=1)).max() for y in Y]
    return float(np.mean(steps))


def steepest(W_qh: Array, b_q: Array, Y: Array, h: int) -> float:
    """The largest norm of ∂L/∂W_qh found among states: from the first step's corner, uphill.

    Uphill is linear in the steps: each takes the corner that goes furthest along the sum so far.
    """
    states = corners(W_qh, h)
    errors = states @ W_qh.T + b_q - Y[:, None]  # (T, corners, q)
    sums = np.einsum("cq,ch->cqh", errors.sum(axis=0), states)  # one corner for all steps
    largest = np.sqrt(np.sum(sums**2, axis=(1, 2)).max())
    toward = errors[0, :, :, None] * states[:, None]
    toward = toward[np.sum(toward**2, axis=(1, 2)).argmax()]
    for _ in range(4):
        chosen = np.einsum("tcq,ch,qh->tc", errors, states, toward).argmax(axis=1)
        toward = errors[np.arange(len(Y)), chosen].T @ states[chosen]
    return float(max(largest, np.linalg.norm(toward)) / len(Y))


def of_network(W_qh: Array, b_q: Array, Y: Array, h: int, seed: int) -> float:
    """The norm of the gradient for a network with this output layer."""
    rng = np.random.default_rng(seed)
    d, scale = 2, 10.0**seed
    p = RNN(scale * rng.normal(size=(h, d)), scale * rng.normal(size=(h, h)), rng.normal(size=h), W_qh, b_q)
    H, O = rnn_forward(p, rng.normal(size=(len(Y), d)), rng.uniform(-1, 1, size=h))
    return float(np.linalg.norm((O - Y).T @ H[1:] / len(Y)))
