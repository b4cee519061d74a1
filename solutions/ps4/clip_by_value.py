"""Answers to `clip_by_value`."""

import numpy as np

from course import RNN
from course.grader.bank import Bank

bank = Bank("clip_by_value")


@bank.reference
def clip_by_value(g: RNN, c: float) -> RNN:
    if not all(np.isfinite(field).all() for field in g):
        raise ValueError("the gradient contains nan or inf")
    return RNN(*[np.clip(field, -c, c) for field in g])


@bank.right
def entry_by_entry(g: RNN, c: float) -> RNN:
    fields = []
    for field in g:
        clipped = np.array(field)
        for index, x in np.ndenumerate(field):
            if not abs(x) < float("inf"):
                raise ValueError(f"entry {index} is {x}")
            if x > c:
                clipped[index] = c
            elif x < -c:
                clipped[index] = -c
        fields.append(clipped)
    return RNN(*fields)


@bank.right
def refuses_by_an_error_of_its_own(g: RNN, c: float) -> RNN:
    class GradientLost(ValueError):
        pass

    for field in g:
        if np.isnan(field).any() or np.isinf(field).any():
            raise GradientLost
    return RNN(*[np.where(x > c, c, np.where(x < -c, -c, x)) for x in g])


@bank.right
def by_sign_and_modulus(g: RNN, c: float) -> RNN:
    if np.isnan(sum(np.sum(0 * field) for field in g)):
        raise ValueError("not finite")
    return RNN(*[np.sign(field) * np.minimum(np.abs(field), c) for field in g])


@bank.right
def half_a_difference_of_moduli(g: RNN, c: float) -> RNN:
    # (|x + c| − |x − c|)/2 for what is not too large to be added to c.
    large = np.max([np.abs(field).max() for field in g])
    if not np.isfinite(large):
        raise ValueError(large)
    small = [np.where(np.abs(x) < 2 * c, x, 2 * c * np.sign(x)) for x in g]
    return RNN(*[(np.abs(x + c) - np.abs(x - c)) / 2 for x in small])


SOME = {"limits"}
CLIP, GUARD = "np.clip(field, -c, c)", "if not all(np.isfinite(field).all() for field in g):"
bank.edit("above_only", CLIP, "np.minimum(field, c)", loses={"limits", "exploded"}, slip="above_only")
bank.edit("below_only", CLIP, "np.maximum(field, -c)", loses={"limits", "exploded"})
bank.edit("not_negative", CLIP, "np.clip(field, 0, c)", loses={"small", "limits", "exploded"})
bank.edit("moduli", CLIP, "np.clip(np.abs(field), 0, c)", loses={"small", "limits", "exploded"})
bank.edit(
    "modulus_decides",
    CLIP,
    "np.where(np.abs(field) > c, c, field)",
    loses={"limits", "exploded"},
    slip="sign_lost",
)
bank.edit(
    "dropped", CLIP, "np.where(np.abs(field) > c, 0, field)", loses={"limits", "exploded"}, slip="zeroed"
)
bank.edit("signs_only", CLIP, "c * np.sign(field)", loses={"small", "limits"}, slip="all_to_the_limit")
bank.edit(
    "scaled_to_the_largest",
    CLIP,
    "field * min(1, c / max(np.abs(field).max(), c))",
    loses={"limits", "exploded"},
    slip="divided_by_largest",
)
bank.edit(
    "norm_of_each",
    CLIP,
    "field * (c / max(np.linalg.norm(field), c))",
    loses={"small", "limits", "exploded"},
    slip="by_norm",
)
bank.edit(
    "norm_of_all",
    CLIP,
    "field * (c / max(np.linalg.norm(np.concatenate([f.ravel() for f in g])), c))",
    loses={"small", "limits", "exploded"},
    slip="by_global_norm",
)
bank.edit("soft", CLIP, "c * field / (c + np.abs(field))", loses={"small", "limits", "exploded"})
bank.edit("limit_of_one", CLIP, "np.clip(field, -1, 1)", loses={"small", "limits", "exploded"})
bank.edit("nothing", CLIP, "field.copy()", loses={"limits", "exploded"}, slip="not_clipped")
bank.edit(
    "weights_only", CLIP, "np.clip(field, -c, c) if field.ndim == 2 else field", loses={"limits", "exploded"}
)
bank.edit("nan_let_through", GUARD, "if any(np.isinf(field).any() for field in g):", loses={"refuses"})
bank.edit("inf_let_through", GUARD, "if any(np.isnan(field).any() for field in g):", loses={"refuses"})
bank.edit("no_guard", GUARD, "if False:", loses={"refuses"})
bank.edit("first_tensor_only", GUARD, "if not np.isfinite(g.W_hx).all():", loses={"refuses"})
bank.edit("recurrent_only", GUARD, "if not np.isfinite(g.W_hh).all():", loses={"refuses"})
bank.edit("guard_of_the_sum", GUARD, "if np.isnan(sum(f.sum() for f in g)):", loses={"refuses"})
bank.edit(
    "replaced_not_refused", GUARD, "g = RNN(*[np.nan_to_num(f) for f in g])\n    if False:", loses={"refuses"}
)
bank.edit("another_error", "raise ValueError", "raise OverflowError", loses={"refuses"})
bank.edit("huge_is_refused", GUARD, "if any(np.abs(field).max() > 1e30 for field in g):", loses={"returns"})
bank.edit("in_place", CLIP, "np.clip(field, -c, c, out=field)", loses={"keeps"})
bank.edit(
    "single_precision",
    CLIP,
    "np.clip(field, -c, c).astype(np.float32)",
    loses={"small", "limits", "exploded"},
    slip="precision",
)


@bank.wrong(loses={"many"})
def the_oracle_itself(g: RNN, c: float) -> RNN:
    from course.exercise import load

    if not all(np.isfinite(field).all() for field in g):
        raise ValueError("the gradient contains nan or inf")
    oracle = load("clip_by_value").oracle
    assert oracle is not None
    parts = oracle(g, c)
    return RNN(*[parts[name] for name in RNN._fields])


@bank.right
def middle_of_three(g: RNN, c: float) -> RNN:
    if any(not np.isfinite(field).all() for field in g):
        raise ValueError("not finite")
    return RNN(
        *[np.median([np.full(field.shape, -c), field, np.full(field.shape, c)], axis=0) for field in g]
    )
