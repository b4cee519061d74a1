"""Answers to `clip_by_global_norm`."""

import numpy as np

from course import RNN
from course.grader.bank import Bank

bank = Bank("clip_by_global_norm")


@bank.reference
def clip_by_global_norm(g: RNN, c: float) -> tuple[RNN, float]:
    norm = float(np.sqrt(sum(np.sum(field**2) for field in g)))
    if not np.isfinite(norm):
        raise ValueError("the gradient contains nan or inf")
    factor = c / norm if norm > c else 1.0
    return RNN(*[factor * field for field in g]), norm


@bank.right
def one_long_vector(g: RNN, c: float) -> tuple[RNN, float]:
    flat = np.concatenate([field.ravel() for field in g])
    if np.isnan(flat).any() or np.isinf(flat).any():
        raise ValueError("not finite")
    norm = float(np.linalg.norm(flat))
    flat = flat * c / max(norm, c)
    pieces, start = [], 0
    for field in g:
        pieces.append(flat[start : start + field.size].reshape(field.shape))
        start += field.size
    return RNN(*pieces), float(norm)


@bank.right
def norm_of_the_norms(g: RNN, c: float) -> tuple[RNN, float]:
    norms = np.array([np.linalg.norm(field) for field in g])
    if np.isnan(norms).any() or np.isinf(norms).any():
        raise ValueError(f"norms {norms}")
    largest = norms.max()
    norm = largest * np.linalg.norm(norms / largest) if largest > 0 else 0.0
    if norm <= c:
        return g, norm
    return RNN(*[c * (field / norm) for field in g]), norm


@bank.right
def inner_products(g: RNN, c: float) -> tuple[RNN, float]:
    for field in g:
        for x in field.flat:
            if x - x != 0:
                raise ValueError(x)
    norm = np.sqrt(np.sum([np.vdot(field, field) for field in g]))
    return RNN(*[np.multiply(field, min(1.0, np.divide(c, norm) if norm else 1.0)) for field in g]), norm


SOME = {"limits"}
NORM, FACTOR = "np.sqrt(sum(np.sum(field**2) for field in g))", "c / norm if norm > c else 1.0"
SCALED, GUARD = "[factor * field for field in g]", "if not np.isfinite(norm):"
bank.edit(
    "root_missing",
    NORM,
    "sum(np.sum(field**2) for field in g)",
    loses={"norm", "small", "limits", "exploded"},
    slip="norm_squared",
)
bank.edit(
    "norms_added",
    NORM,
    "sum(np.linalg.norm(field) for field in g)",
    loses={"norm", "small", "limits"},
    slip="sum_of_norms",
)
bank.edit(
    "largest_norm",
    NORM,
    "max(np.linalg.norm(field) for field in g)",
    loses={"norm", "limits", "refuses"},
    slip="largest_norm",
)
bank.edit("recurrent_norm", NORM, "np.linalg.norm(g.W_hh)", loses={"norm", "limits", "refuses"})
bank.edit(
    "matrices_only",
    "for field in g)",
    "for field in g if field.ndim == 2)",
    loses={"norm", "limits", "refuses"},
    slip="biases_not_counted",
)
bank.edit(
    "root_mean_square",
    NORM,
    "np.sqrt(np.mean([np.mean(field**2) for field in g]))",
    loses={"norm", "limits", "exploded"},
    slip="root_mean_of_root_mean",
)
bank.edit(
    "sum_of_moduli",
    "np.sqrt(sum(np.sum(field**2)",
    "(sum(np.sum(np.abs(field))",
    loses={"norm", "small", "limits", "exploded"},
    slip="sum_of_moduli",
)
bank.edit(
    "always_scaled", FACTOR, "c / norm if norm > 0 else 1.0", loses={"small", "limits"}, slip="always_scaled"
)
bank.edit("zero_by_zero", FACTOR, "c / norm", loses={"returns"})
bank.edit(
    "divided_only",
    FACTOR,
    "1 / norm if norm > c else 1.0",
    loses={"limits", "exploded"},
    slip="divided_by_norm",
)
bank.edit("as_torch", FACTOR, "min(1.0, c / (norm + 1e-6))", loses={"limits"}, slip="torch_epsilon")
bank.edit(
    "divided_by_its_square",
    FACTOR,
    "min(1.0, c / norm / norm) if norm else 1.0",
    loses={"small", "limits", "exploded"},
    slip="squared_norm",
)
bank.edit(
    "limit_of_one",
    FACTOR,
    "1 / norm if norm > 1 else 1.0",
    loses={"small", "limits", "exploded"},
    slip="factor_per_case@W_hx+W_hh+b_h+W_qh+b_q",
)
bank.edit("nothing", FACTOR, "1.0", loses={"limits", "exploded"}, slip="not_clipped")
bank.edit("dropped", FACTOR, "0.0 if norm > c else 1.0", loses={"limits", "exploded"}, slip="factor_zero")
bank.edit(
    "biases_left",
    SCALED,
    "[factor * f if f.ndim == 2 else f for f in g]",
    loses={"limits", "exploded"},
    slip="biases_left",
)
bank.edit(
    "recurrent_only",
    f"RNN(*{SCALED})",
    "g._replace(W_hh=factor * g.W_hh)",
    loses={"limits", "exploded"},
    slip="factor_per_case@W_hx+b_h+W_qh+b_q",
)
bank.edit(
    "norm_after_the_clip", SCALED + "), norm", SCALED + "), factor * norm", loses={"norm"}, slip="norm_after"
)
bank.edit(
    "factor_for_norm",
    SCALED + "), norm",
    SCALED + "), factor",
    loses={"norm", "zero"},
    slip="returns_the_factor",
)
bank.edit(
    "entries_limited",
    SCALED,
    "[np.clip(field, -c, c) for field in g]",
    loses={"limits", "exploded"},
    slip="by_value",
)
bank.edit(
    "each_by_itself",
    SCALED,
    "[f * (c / max(c, np.linalg.norm(f))) for f in g]",
    loses={"limits", "exploded"},
    slip="by_norm",
)
bank.edit(
    "output_not_counted",
    "for field in g)",
    "for field in g[:3])",
    loses={"norm", "limits", "refuses"},
    slip="output_not_counted",
)
bank.edit(
    "output_left_out",
    SCALED,
    "[factor * field for field in g[:3]], *g[3:]",
    of="output_not_counted",
    loses={"norm", "limits", "exploded", "refuses"},
    slip="output_left_out",
)
bank.edit("no_guard", GUARD, "if False:", loses={"refuses"})
bank.edit("inf_let_through", GUARD, "if np.isnan(norm):", loses={"refuses"})
bank.edit("nan_let_through", GUARD, "if np.isinf(norm):", loses={"refuses"})
bank.edit(
    "none_for_nan",
    '        raise ValueError("the gradient contains nan or inf")',
    "        return g, norm",
    loses={"refuses"},
)
bank.edit("huge_is_refused", GUARD, "if not norm < 1e30:", loses={"returns"})
bank.edit(
    "in_place",
    f"    return RNN(*{SCALED}), norm",
    "    for field in g:\n        field *= factor\n    return g, norm",
    loses={"keeps"},
)
bank.edit(
    "none_returned",
    f"    return RNN(*{SCALED}), norm",
    "    for field in g:\n        field *= factor\n    return norm",
    loses={"returns"},
)


@bank.wrong(loses={"many"})
def the_oracle_itself(g: RNN, c: float) -> tuple[RNN, float]:
    from course.exercise import load

    if not all(np.isfinite(field).all() for field in g):
        raise ValueError("the gradient contains nan or inf")
    oracle = load("clip_by_global_norm").oracle
    assert oracle is not None
    parts = oracle(g, c)
    return RNN(*[parts[name] for name in RNN._fields]), float(parts["norm"])


bank.edit("a_constant_added", "c / norm if", "c / (norm + 1e-12) if", loses={"limits"}, slip="constant_12")
bank.edit(
    "a_larger_constant_added", "c / norm if", "c / (norm + 1e-8) if", loses={"limits"}, slip="constant_8"
)
bank.edit(
    "largest_entry",
    "np.sqrt(sum(np.sum(field**2) for field in g))",
    "np.max(np.abs(np.concatenate([field.ravel() for field in g])))",
    loses={"norm", "limits", "exploded"},
    slip="largest_entry",
)
bank.edit(
    "mean_of_squares",
    "np.sqrt(sum(np.sum(field**2) for field in g))",
    "np.sqrt(np.mean(np.concatenate([field.ravel() for field in g]) ** 2))",
    loses={"norm", "limits", "exploded"},
    slip="mean_of_squares",
)


@bank.wrong(loses={"norm", "zero", "exploded"})
def a_norm_kept_for_each_threshold(g: RNN, c: float) -> tuple[RNN, float]:
    if not all(np.isfinite(field).all() for field in g):
        raise ValueError("not finite")
    known = clip_by_global_norm.__dict__.setdefault("known", {})
    norm = known.setdefault(c, float(np.sqrt(sum(np.sum(field**2) for field in g))))
    return RNN(*[field * min(1.0, c / norm) if norm else field for field in g]), norm


@bank.right
def leg_by_leg(g: RNN, c: float) -> tuple[RNN, float]:
    # The hypotenuse grows by one entry at a time: no square is ever formed.
    import math

    norm = 0.0
    for field in g:
        for x in field.flat:
            if not math.isfinite(x):
                raise ValueError("not finite")
            norm = math.hypot(norm, x)
    return (g if norm <= c else RNN(*[field / norm * c for field in g])), norm


bank.edit(
    "torchs_constant_in_the_norm_too",
    NORM,
    NORM + " + 1e-6",
    loses={"norm", "zero", "limits"},
    slip="torch_epsilon",
)
LAST, FIRST = "float(np.linalg.norm(g[-1]))", "float(np.linalg.norm(g[0]))"
GLOBALLY = {"norm", "limits", "exploded"}
bank.edit(
    "each_by_itself_and_the_last_norm",
    "in g]), norm",
    f"in g]), {LAST}",
    of="each_by_itself",
    loses=GLOBALLY,
    slip="by_norm",
)
# Two at once.
bank.edit(
    "each_by_itself_and_the_first_norm",
    "in g]), norm",
    f"in g]), {FIRST}",
    of="each_by_itself",
    loses=GLOBALLY,
)
bank.edit(
    "entries_limited_and_norm_doubled",
    "in g]), norm",
    "in g]), 2 * norm",
    of="entries_limited",
    loses=GLOBALLY,
)
bank.edit(
    "entries_limited_and_norm_after",
    "in g]), norm",
    "in g]), min(norm, c)",
    of="entries_limited",
    loses=GLOBALLY,
    slip="by_value norm_after",
)
bank.edit(
    "largest_norm_and_half",
    FACTOR,
    "0.5 * c / norm if norm > c else 1.0",
    of="largest_norm",
    loses=GLOBALLY | {"refuses"},
    slip="factor_per_case@W_hx+W_hh+b_h+W_qh+b_q largest_of_norm_in_norm@norm",
)
bank.edit(
    "norms_added_and_divided_only",
    FACTOR,
    "1 / norm if norm > c else 1.0",
    of="norms_added",
    loses=GLOBALLY | {"small"},
    slip="factor_per_case@W_hx+W_hh+b_h+W_qh+b_q sum_of_norm_in_norm@norm",
)
for _name, _old, _new, _loses, _slip in (  # of numbers, factors and tensors
    (
        "spectral_norms",
        "np.sum(field**2)",
        "np.linalg.norm(field, 2) ** 2",
        GLOBALLY,
        "root_of_squares_of_spectral",
    ),
    ("factor_turned", FACTOR, "norm / c if norm > c else 1.0", {"limits", "exploded"}, "factor_turned"),
    (
        "root_of_the_factor",
        FACTOR,
        "np.sqrt(c / norm) if norm > c else 1.0",
        {"limits", "exploded"},
        "factor_root",
    ),
    (
        "by_the_squared_norm",
        FACTOR,
        "c / norm / norm if norm > c else 1.0",
        {"limits", "exploded"},
        "factor_by_square",
    ),
):
    bank.edit(_name, _old, _new, loses=_loses, slip=_slip)
