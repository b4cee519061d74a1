"""Answers to `clip_by_norm`."""

import numpy as np

from course import RNN
from course.grader.bank import Bank

bank = Bank("clip_by_norm")


@bank.reference
def clip_by_norm(g: RNN, c: float) -> RNN:
    clipped = []
    for field in g:
        if not np.isfinite(field).all():
            raise ValueError("the gradient contains nan or inf")
        norm = np.sqrt(np.sum(field**2))
        clipped.append(field * (c / norm) if norm > c else field)
    return RNN(*clipped)


@bank.right
def projection_by_unit_vectors(g: RNN, c: float) -> RNN:
    # The largest entry is taken out first, then the direction; the length comes last.
    def one(G: np.ndarray) -> np.ndarray:
        largest = np.max(np.abs(G))
        if not largest < float("inf"):
            raise ValueError(f"an entry is {largest}")
        if largest == 0:
            return np.zeros_like(G)
        unit = G / largest
        length = np.linalg.norm(unit)
        result: np.ndarray = unit / length * min(c, largest * length)
        return result

    return RNN(*map(one, g))


@bank.right
def factor_of_at_most_one(g: RNN, c: float) -> RNN:
    if any(np.isnan(f).any() or np.isinf(f).any() for f in g):
        raise ValueError("not finite")
    factors = [c / max(c, float(np.linalg.norm(f.ravel()))) for f in g]
    return RNN(*[factor * f for factor, f in zip(factors, g, strict=True)])


@bank.right
def singular_values(g: RNN, c: float) -> RNN:
    # The Frobenius norm as the root of the sum of squared singular values.
    result = []
    for f in g:
        if not np.isfinite(f.sum()):
            raise ValueError("not finite")
        U, s, Vt = np.linalg.svd(np.atleast_2d(f), full_matrices=False)
        norm = np.linalg.norm(s)
        s = s if norm <= c else s / norm * c
        result.append(((U * s) @ Vt).reshape(f.shape))
    return RNN(*result)


SOME = {"limits"}
CLIP, NORM = "field * (c / norm) if norm > c else field", "np.sqrt(np.sum(field**2))"
GUARD = "if not np.isfinite(field).all():"
bank.edit(
    "root_missing", NORM, "np.sum(field**2)", loses={"small", "limits", "exploded"}, slip="squared_norm"
)
bank.edit("largest_entry", NORM, "np.abs(field).max()", loses={"limits", "exploded"}, slip="largest_entry")
bank.edit(
    "sum_of_moduli",
    NORM,
    "np.sum(np.abs(field))",
    loses={"small", "limits", "exploded"},
    slip="sum_of_moduli",
)
bank.edit(
    "spectral_norm", NORM, "np.linalg.norm(field, 2)", loses={"limits", "exploded"}, slip="spectral_norm"
)
bank.edit("always_scaled", CLIP, "field * (c / norm)", loses={"returns"})
bank.edit(
    "always_scaled_but_zeros",
    CLIP,
    "field * (c / norm) if norm > 0 else field",
    loses={"small", "limits"},
    slip="all_scaled",
)
bank.edit(
    "divided_only",
    CLIP,
    "field / norm if norm > c else field",
    loses={"limits", "exploded"},
    slip="divided_by_norm",
)
bank.edit("entries_limited", CLIP, "np.clip(field, -c, c)", loses={"limits", "exploded"}, slip="by_value")
bank.edit("dropped", CLIP, "0 * field if norm > c else field", loses={"limits", "exploded"})
bank.edit(
    "as_torch", CLIP, "field * min(1, c / (norm + 1e-6))", loses={"limits", "exploded"}, slip="torch_epsilon"
)
bank.edit(
    "root_of_the_factor",
    CLIP,
    "field * np.sqrt(c / norm) if norm > c else field",
    loses={"limits", "exploded"},
    slip="factor_per_part",
)
bank.edit(
    "biases_left",
    "if norm > c else field",
    "if norm > c and field.ndim == 2 else field",
    loses={"limits", "exploded"},
    slip="biases_left",
)
bank.edit("nothing", CLIP, "field", loses={"limits", "exploded"}, slip="not_clipped")
bank.edit("upside_down", "norm > c", "norm < c", loses={"returns"})
bank.edit(
    "norm_of_all",
    NORM,
    "np.sqrt(sum(np.sum(f**2) for f in g))",
    loses={"small", "limits", "exploded"},
    slip="by_global_norm",
)
bank.edit("nan_let_through", GUARD, "if np.isinf(field).any():", loses={"refuses"})
bank.edit("inf_let_through", GUARD, "if np.isnan(field).any():", loses={"refuses"})
bank.edit("no_guard", GUARD, "if False:", loses={"refuses"})
bank.edit(
    "matrices_guarded", GUARD, "if field.ndim == 2 and not np.isfinite(field).all():", loses={"refuses"}
)
bank.edit("replaced", GUARD, "field = np.nan_to_num(field)\n        if False:", loses={"refuses"})
bank.edit("huge_is_refused", GUARD, "if not np.abs(field).max() < 1e30:", loses={"returns"})
bank.edit(
    "assertion",
    '            raise ValueError("the gradient contains nan or inf")',
    "            assert False",
    loses={"refuses"},
)
bank.edit(
    "in_place",
    "        clipped.append(field * (c / norm) if norm > c else field)",
    "        field *= c / norm if norm > c else 1\n        clipped.append(field)",
    loses={"keeps"},
)
bank.edit(
    "single_precision",
    NORM,
    "np.float64(np.float32(np.sqrt(np.sum(field**2))))",
    loses={"limits", "exploded"},
)


@bank.wrong(loses={"many"})
def the_oracle_itself(g: RNN, c: float) -> RNN:
    from course.exercise import load

    if not all(np.isfinite(field).all() for field in g):
        raise ValueError("the gradient contains nan or inf")
    oracle = load("clip_by_norm").oracle
    assert oracle is not None
    parts = oracle(g, c)
    return RNN(*[parts[name] for name in RNN._fields])


bank.edit("a_constant_added", "c / norm)", "c / (norm + 1e-12))", loses={"limits"}, slip="constant_12")
bank.edit(
    "a_larger_constant_added",
    "c / norm)",
    "c / (norm + 1e-8))",
    loses={"limits", "exploded"},
    slip="constant_8",
)
