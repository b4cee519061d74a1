"""Matrices that the exercises of this set draw: symmetric, normal, nilpotent, and none of these."""

import numpy as np

from course import draws
from course.models import Array


def symmetric(rng: draws.Rng, eigenvalues: Array) -> Array:
    """A symmetric matrix with these eigenvalues, its entries rounded to 24 bits and still symmetric."""
    n = len(eigenvalues)
    Q = np.linalg.qr(rng.normal(size=(n, n)))[0]
    M = np.round((Q * eigenvalues) @ Q.T * 2**24) / 2**24
    return np.asarray(np.triu(M) + np.triu(M, 1).T)


def spectrum(rng: draws.Rng, n: int, radius: float) -> Array:
    """Eigenvalues of both signs. The one of largest modulus is −radius; the next lie clearly below."""
    rest = radius * rng.uniform(0.3, 0.6, size=n - 1) * np.where(np.arange(n - 1) % 2, -1, 1)
    return np.append(-radius, rest)


def leading(M: Array) -> tuple[float, Array]:
    """The sign of the eigenvalue of largest modulus, and its eigenvector."""
    values, V = np.linalg.eigh(M)
    i = int(np.argmax(np.abs(values)))
    return float(np.sign(values[i])), V[:, i]


def rotated(rng: draws.Rng, h: int, size: float, others: tuple[float, float] = (0.2, 0.6)) -> Array:
    """A normal matrix, neither symmetric nor orthogonal, with largest modulus of an eigenvalue `size`.

    A pair has it; the `others`, in parts of it, lie between these two.
    """
    Q = np.linalg.qr(rng.normal(size=(h, h)))[0]
    turn = rng.uniform(0.5, 1.2)
    B = np.diag(rng.uniform(*others, size=h))
    B[:2, :2] = [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
    return np.asarray(size * Q @ B @ Q.T)


def nilpotent(rng: draws.Rng, size: float) -> Array:
    """Two units that cancel: all eigenvalues are 0, and no slope but equal ones keeps it so."""
    a, b = rng.uniform(0.8, 1.2, size=2)
    return np.asarray(size * np.outer([a, -b], [b, a]))


def oblique(rng: draws.Rng, h: int) -> Array:
    """A matrix that is not normal; sums of its rows and columns are clearly larger than its norm."""
    while True:
        W = 0.5 * draws.recurrent_matrix(rng, h)
        if min(np.linalg.norm(W, np.inf), np.linalg.norm(W, 1)) > 1.05 * np.linalg.norm(W, 2):
            return np.asarray(W)


def star(rng: draws.Rng, h: int) -> Array:
    """Nearly one column: no sum along a row comes near to the norm."""
    W = 0.05 * rng.normal(size=(h, h))
    W[:, 0] = rng.uniform(0.8, 1.2, size=h) * rng.choice([-1.0, 1.0], size=h)
    return np.asarray(W)
