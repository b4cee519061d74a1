"""Answers to `clipping_report`."""

import numpy as np

from course import RNN
from course.grader.bank import Bank

bank = Bank("clipping_report")


@bank.reference
def clipping_report(g: RNN, c: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    before = np.array([np.linalg.norm(field) for field in g])
    total = np.linalg.norm(before)
    by_value = [np.clip(field, -c, c) for field in g]
    by_norm = [field * (c / norm) if norm > c else field for field, norm in zip(g, before, strict=True)]
    globally = [field * (c / total) if total > c else field for field in g]
    after, cosine, touched = np.zeros(3), np.ones(3), np.zeros((3, 5))
    for i, clipped in enumerate((by_value, by_norm, globally)):
        after[i] = np.sqrt(sum(np.sum(field**2) for field in clipped))
        if total > 0:
            cosine[i] = sum(np.sum(a * b) for a, b in zip(clipped, g, strict=True)) / (after[i] * total)
        touched[i] = [np.any(a != b) for a, b in zip(clipped, g, strict=True)]
    return before, after, cosine, touched


@bank.right
def from_decisions(g: RNN, c: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    # Decide by the sizes, without making the clipped gradients where a formula does.
    n = np.array([np.sqrt(np.vdot(f, f)) for f in g])
    N = np.sqrt(np.sum(n**2))
    flat = np.concatenate([f.ravel() for f in g])
    limited = np.sign(flat) * np.minimum(np.abs(flat), c)
    m = np.minimum(n, c)
    after = np.array([np.sqrt(limited @ limited), np.sqrt(m @ m), min(N, c)])
    if N == 0:
        return n, after, np.ones(3), np.zeros((3, 5), dtype=bool)
    cosine = np.array([limited @ flat / after[0] / N, m @ n / after[1] / N, 1.0])
    touched = np.array([[np.max(np.abs(f)) > c for f in g], n > c, (n > 0) & (c < N)])
    return n, after, cosine, touched


@bank.right
def on_one_vector(g: RNN, c: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    # One vector of all entries, and for each entry the factor that each clip gives it.
    x = np.concatenate([f.ravel() for f in g])
    owner = np.repeat(np.arange(5), [f.size for f in g])
    squares = np.bincount(owner, x**2, minlength=5)
    with np.errstate(divide="ignore", invalid="ignore"):
        sizes = np.stack([np.abs(x), np.sqrt(squares)[owner], np.full(len(x), np.sqrt(squares.sum()))])
        factors = np.where(sizes > c, c / sizes, 1.0)
    left = factors * x
    after = np.linalg.norm(left, axis=1)
    cosine = left @ x / (after * np.linalg.norm(x)) if x.any() else np.ones(3)
    touched = [[int(((factors[i] < 1) & (x != 0) & (owner == k)).any()) for k in range(5)] for i in range(3)]
    return np.sqrt(squares), after, cosine, np.array(touched)


TOUCHED = "touched[i] = [np.any(a != b) for a, b in zip(clipped, g, strict=True)]"
COSINE = "sum(np.sum(a * b) for a, b in zip(clipped, g, strict=True)) / (after[i] * total)"
AFTER = "np.sqrt(sum(np.sum(field**2) for field in clipped))"
ORDER = "(by_value, by_norm, globally)"
bank.edit("order", ORDER, "(by_norm, by_value, globally)", loses={"after", "cosine", "touched"}, slip="order")
bank.edit(
    "order_reversed",
    ORDER,
    "(globally, by_norm, by_value)",
    loses={"after", "cosine", "touched"},
    slip="order_reversed",
)
bank.edit(
    "norm_squared_before",
    "return before, after",
    "return before**2, after",
    loses={"before"},
)
bank.edit(
    "norms_added",
    AFTER,
    "sum(np.linalg.norm(field) for field in clipped)",
    loses={"after", "cosine"},
    slip="sum_of_norms",
)
bank.edit(
    "added_norms_returned",
    "    return before, after,",
    "    three = (by_value, by_norm, globally)\n"
    "    after = np.array([sum(np.linalg.norm(f) for f in clipped) for clipped in three])\n"
    "    return before, after,",
    loses={"after"},
    slip="sum_of_norms",
)
bank.edit("root_missing", AFTER, "sum(np.sum(field**2) for field in clipped)", loses={"after", "cosine"})
bank.edit("divided_by_lengths_of_one", "(after[i] * total)", "total**2", loses={"cosine"})
bank.edit("not_divided", "(after[i] * total)", "1", loses={"cosine"})
bank.edit("ratio_of_lengths", COSINE, "after[i] / total", loses={"cosine"}, slip="ratio_of_lengths")
bank.edit(
    "mean_of_cosines",
    COSINE,
    "np.mean([np.sum(a * b) / (np.linalg.norm(a) * np.linalg.norm(b)) if b.any() else 1 "
    "for a, b in zip(clipped, g, strict=True)])",
    loses={"cosine"},
    slip="mean_of_cosines",
)
bank.edit("moduli_multiplied", "np.sum(a * b)", "np.sum(np.abs(a) * np.abs(b) * (a > 0))", loses={"cosine"})
bank.edit("always_one", COSINE, "1.0", loses={"cosine"})
bank.edit("zero_by_zero", "if total > 0:", "if True:", loses={"returns"})
bank.edit("zero_for_zeros", "np.ones(3)", "np.zeros(3)", loses={"cosine"})
bank.edit("all_changed", "np.any(a != b)", "np.all(a != b)", loses={"touched"}, slip="all_entries")
bank.edit("nearly_the_same_is_untouched", "np.any(a != b)", "not np.allclose(a, b)", loses={"touched"})
bank.edit("counted", "np.any(a != b)", "np.sum(a != b)", loses={"touched"}, slip="counted")
bank.edit("unchanged", "np.any(a != b)", "np.all(a == b)", loses={"touched"}, slip="untouched")
bank.edit(
    "zeros_touched",
    TOUCHED,
    TOUCHED + "\n    touched[2] = total > c",
    loses={"touched"},
    slip="zeros_touched",
)
bank.edit(
    "norm_not_clipped",
    "if norm > c else field for",
    "if norm > 2 * c else field for",
    loses={"after", "cosine", "touched"},
)
bank.edit(
    "global_always_scaled", "if total > c else field", "if total > 0 else field", loses={"after", "touched"}
)
bank.edit(
    "cosine_after_rounding",
    "    return before, after, cosine",
    "    return before, after, np.round(cosine, 6)",
    loses={"cosine"},
    slip="precision",
)
bank.edit(
    "clipped_in_place",
    "np.clip(field, -c, c)",
    "np.clip(field, -c, c, out=field)",
    loses={"after", "cosine", "touched", "keeps"},
)
bank.edit(
    "too_large_dropped",
    "np.clip(field, -c, c)",
    "np.where(np.abs(field) > c, 0, field)",
    loses={"after", "cosine"},
)


@bank.wrong(loses={"many"})
def the_oracle_itself(g: RNN, c: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    from course.exercise import load

    oracle = load("clipping_report").oracle
    assert oracle is not None
    parts = oracle(g, c)
    return parts["before"], parts["after"], parts["cosine"], parts["touched"]


@bank.wrong(loses={"touched"}, slip="limits_touched")
def touched_at_the_threshold(g: RNN, c: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    before = np.array([np.linalg.norm(f) for f in g])
    x, total = np.concatenate([f.ravel() for f in g]), np.linalg.norm(before)
    limited, least = np.clip(x, -c, c), np.minimum(before, c)
    after = np.array([np.linalg.norm(limited), np.linalg.norm(least), min(total, c)])
    cosine = np.ones(3)
    if total > 0:
        cosine[:2] = limited @ x / after[0] / total, least @ before / after[1] / total
    touched = [[np.abs(f).max() >= c for f in g], before >= c, (total >= c) & (before > 0)]
    return before, after, cosine, np.array(touched)


bank.edit(
    "squares_multiplied",
    COSINE,
    "sum(np.sum(a * b) for a, b in zip(clipped, g, strict=True)) / np.sqrt(after[i] ** 2 * total**2)",
    loses={"cosine"},
)
bank.edit(
    "global_limit_touched",
    "    return before, after",
    "    touched[2] = (before > 0) & (total >= c)\n    return before, after",
    loses={"touched"},
)
# Two at once.
bank.edit("norms_added_and_half", COSINE, COSINE + " / 2", of="norms_added", loses={"after", "cosine"})
bank.edit(
    "norms_added_and_unlike",
    "np.any(a != b)",
    "np.any(a == b)",
    of="norms_added",
    loses={"after", "cosine", "touched"},
)
bank.edit(
    "norms_added_and_all_changed",
    "np.any(a != b)",
    "np.all(a != b)",
    of="norms_added",
    loses={"after", "cosine", "touched"},
    slip="sum_of_norms all_entries",
)
bank.edit(
    "ratio_of_lengths_and_squares",
    "return before, after",
    "return before**2, after",
    of="ratio_of_lengths",
    loses={"before", "cosine"},
)
bank.edit("counted_and_always_one", COSINE, "1.0", of="counted", loses={"cosine", "touched"})
