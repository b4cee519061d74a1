"""Powers of a symmetric matrix as direction and size, altered."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import Array
from course.problem_sets.ps3 import _exact
from course.problem_sets.ps3._matrices import leading

# Of the right P and s, M and k: what stands in the place of P and s.
Change = Callable[[Array, float, Array, int], tuple[Array, float]]


def changed(change: Change, M: Array, k: int) -> Parts:
    """The right direction and size, changed as a slip changes them."""
    P, s = change(*_exact.power(M, k), M, k)
    return {"P": P, "s": np.asarray(s)}


def unsigned(P: Array, s: float, M: Array, k: int) -> tuple[Array, float]:
    """With |λ|^k for λ^k: odd powers lose the sign of each eigenvalue."""
    values, V = np.linalg.eigh(M)
    return (P @ (V * np.sign(values)) @ V.T if k % 2 else P), s


def rows_for_columns(P: Array, s: float, M: Array, k: int) -> tuple[Array, float]:
    """With the transpose of the matrix of eigenvectors, as LAPACK orders them."""
    _, V = np.linalg.eigh(M)
    return V.T @ (V.T @ P @ V) @ V, s


def by_another(number: Callable[[Array], Any], P: Array, s: float, M: Array, k: int) -> tuple[Array, float]:
    """With another number for the norm."""
    norm = float(number(P))
    return P / norm, s + np.log(norm)


def leading_term(M: Array, k: int) -> Parts:
    """The part along the leading eigenvector alone, where there is one; s is right."""
    moduli, s = np.sort(np.abs(np.linalg.eigvalsh(M))), np.asarray(_exact.power(M, k)[1])
    if moduli[-2] > (1 - 1e-6) * moduli[-1]:
        return {"s": s}
    sign, v = leading(M)
    return {"P": sign**k * np.outer(v, v), "s": s}


def one_term(which: int, M: Array, k: int) -> Parts:
    """The part along the eigenvector of the least eigenvalue, 0, or of the greatest, −1: one is leading."""
    values, V = np.linalg.eigh(M)
    return {"P": np.sign(values[which]) ** k * np.outer(V[:, which], V[:, which])}


MISTAKES: tuple[tuple[str, str, Change], ...] = (
    (
        "one_more",
        "It is M^{k+1}: one factor too many.",
        lambda P, s, M, k: _exact.power(M, k + 1),
    ),
    (
        "unsigned",
        "The signs of the eigenvalues are lost: an odd power of a negative eigenvalue is negative.",
        unsigned,
    ),
    (
        "frobenius",
        "P and s belong to the root of the sum of squares; ‖·‖ is the largest singular value here.",
        partial(by_another, np.linalg.norm),
    ),
    (
        "largest_entry",
        "P and s belong to the largest entry; ‖·‖ is the largest singular value here.",
        partial(by_another, lambda P: np.abs(P).max()),
    ),
    (
        "base_10",
        "s is a logarithm to base 10; the natural one is asked for.",
        lambda P, s, M, k: (P, s / np.log(10)),
    ),
    (
        "base_2",
        "s is a logarithm to base 2; the natural one is asked for.",
        lambda P, s, M, k: (P, s / np.log(2)),
    ),
    (
        "sign_divided_out",
        "P is M^k divided by λ^k, sign and all: M^k is divided by its norm, which is positive.",
        lambda P, s, M, k: (leading(M)[0] ** k * P, s),
    ),
    ("size_of_one", "s is ln‖M‖, not ln‖M^k‖.", lambda P, s, M, k: (P, _exact.power(M, 1)[1])),
    (
        "sizes_of_factors_by_squares",
        "s counts every factor by the root of its sum of squares; ‖·‖ is the largest singular value here.",
        lambda P, s, M, k: (P, k * float(np.log(np.linalg.norm(M)))),
    ),
    (
        "rows_for_columns",
        "P is put together from the rows of the matrix of eigenvectors: they are its columns.",
        rows_for_columns,
    ),
)
