"""Attribution of a gradient to paths: how often each loss was counted through each use of W_hh.

Right is `∂L/∂W_hh = Σ_{t≥k} 1·G_{t,k}`. A student's gradient, stacked over cases, is fitted by
`Σ α_{t,k} G_{t,k}` with columns of unit length; the triangle α is the mistake. If no triangle fits with the
right local rule, each altered rule of `BASES` is tried. Entries that the cases do not determine are nan.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from course.models import Array
from course.recognise.rules import RIGHT, RULES, Rule

FITS = 1e-9  # a residual, relative to the gradient, below which a triangle explains it
RANK = 1e-7  # singular values, relative to the largest, below which a direction is not visible
ROWS = 3  # equations per unknown, at least: with fewer, every gradient would fit
# A slope of the wrong sign is a triangle of signs, and what concerns h_0 alone does not show; the others have
# triangles under their own rule only.
BASES = tuple(
    r
    for r in RULES
    if r.output_state == "after" and r.carry != "summed" and r.slope != "negative" and r.at_start
)


@dataclass(frozen=True)
class Attribution:
    """The triangle α (T, T), nan where not visible or above the diagonal, and the rule it holds under."""

    alpha: Array
    rule: Rule
    residual: float


def fit(got: Sequence[Array], terms: Sequence[Array]) -> tuple[Array, float]:
    """α (T, T) and the relative residual, from gradients (h, h) and their terms G (T, T, h, h), case by case.

    Raises:
        ValueError: if there are fewer than three equations for each unknown.
    """
    T = terms[0].shape[0]
    t, k = np.tril_indices(T)
    columns = np.concatenate([g[t, k].reshape(len(t), -1).T for g in terms])
    right = np.concatenate([g.ravel() for g in got])
    if len(columns) < ROWS * len(t):
        raise ValueError(f"{len(columns)} equations are too few for {len(t)} paths: give more cases")
    size = np.linalg.norm(columns, axis=0)
    U, s, Vt = np.linalg.svd(columns / np.where(size > 0, size, 1), full_matrices=False)
    kept = s > RANK * s[0]
    solution = Vt[kept].T @ ((U[:, kept].T @ right) / s[kept])
    hidden = np.linalg.norm(Vt[~kept], axis=0) > 1e-6
    residual = np.linalg.norm(columns / np.where(size > 0, size, 1) @ solution - right)
    alpha = np.full((T, T), np.nan)
    alpha[t, k] = np.where(hidden | (size == 0), np.nan, solution / np.where(size > 0, size, 1))
    return alpha, float(residual / max(float(np.linalg.norm(right)), 1e-300))


def attribute(
    got: Sequence[Array],
    find: Callable[[Rule], list[Array]],
    rules: Sequence[Rule] = BASES,
    wanted: Array | None = None,
) -> Attribution | None:
    """The triangle under the right rule, or under the only one of `rules` that has one; None if none has.

    `find(rule)` gives the terms G (T, T, h, h) of every case under a rule, `wanted` (T, T) the right counts.
    """
    right = find(RIGHT)
    alpha, residual = fit(got, right)
    if residual < FITS:
        return Attribution(alpha, RIGHT, residual)
    if one_factor_each(got, right, wanted):
        return None
    fits = [(rule, *fit(got, find(rule))) for rule in rules]
    found = [Attribution(alpha, rule, residual) for rule, alpha, residual in fits if residual < FITS]
    return found[0] if len(found) == 1 else None


def one_factor_each(got: Sequence[Array], terms: Sequence[Array], wanted: Array | None = None) -> bool:
    """Whether each case is the right gradient times a factor: clipped, it would read as a local error."""
    for one, term in zip(got, terms, strict=True):
        want = term.sum(axis=(0, 1)) if wanted is None else np.tensordot(wanted, term, 2)
        factor = np.vdot(one, want) / np.vdot(want, want)
        if np.linalg.norm(one - factor * want) > FITS * np.linalg.norm(one):
            return False
    return True
