"""Answers to `adjoint_gap`."""

import numpy as np

from course.grader.bank import Bank
from course.practice import jvp, vjp

bank = Bank("adjoint_gap")


@bank.reference
def adjoint_gap(name: str, x: np.ndarray, u: np.ndarray, v: np.ndarray) -> float:
    alpha = v @ jvp(name, x, u)
    beta = vjp(name, x, v) @ u
    return float(abs(alpha - beta) / max(abs(alpha), abs(beta)))


@bank.right
def whole_matrices(name: str, x: np.ndarray, u: np.ndarray, v: np.ndarray) -> float:
    # Both matrices in full, column by column, and one difference of bilinear forms.
    columns = np.stack([jvp(name, x, e) for e in np.eye(len(u))], axis=1)
    rows = np.stack([vjp(name, x, e) for e in np.eye(len(v))])
    forms = np.einsum("i,kij,j->k", v, np.stack([columns, rows]), u)
    return float(np.ptp(forms) / np.abs(forms).max())


@bank.right
def guarded(name: str, x: np.ndarray, u: np.ndarray, v: np.ndarray) -> float:
    # A tiny number in the denominator, against a division by zero.
    alpha, beta = np.vdot(v, jvp(name, x, u)), np.vdot(vjp(name, x, v), u)
    return float(np.abs(alpha - beta) / (np.maximum(np.abs(alpha), np.abs(beta)) + 1e-12))


@bank.right
def by_ratio(name: str, x: np.ndarray, u: np.ndarray, v: np.ndarray) -> float:
    # |α − β| / max is 1 − smaller/larger for equal signs; in general 1 − ratio of the two.
    pair = [float(np.sum(v * jvp(name, x, u))), float(np.sum(vjp(name, x, v) * u))]
    small, large = sorted(pair, key=abs)
    return 1 - small / large


APART, SLIGHTLY = {"apart"}, {"slightly"}
LESS = {"apart", "transposed", "small", "slightly"}  # what a gap of another size loses
ALL = LESS | {"together", "blind_spot"}
LARGER = "max(abs(alpha), abs(beta))"
GAP = f"abs(alpha - beta) / {LARGER}"
bank.edit(
    "signed", "float(abs(alpha - beta)", "float((alpha - beta)", loses=APART | {"transposed"}, slip="signed"
)
bank.edit("larger_number", LARGER, "max(alpha, beta)", loses=SLIGHTLY)
bank.edit("size_of_the_larger_number", LARGER, "abs(max(alpha, beta))", loses=SLIGHTLY)
bank.edit("relative_to_alpha", LARGER, "abs(alpha)", loses=LESS - {"small"}, slip="by_first")
bank.edit("relative_to_beta", LARGER, "abs(beta)", loses={"small"}, slip="by_second")
bank.edit("absolute", f" / {LARGER}", "", loses=LESS, slip="not_relative")
bank.edit("at_least_one", LARGER, "max(1, abs(alpha), abs(beta))", loses={"small"}, slip="at_least_one")
bank.edit("relative_to_both", LARGER, "(abs(alpha) + abs(beta))", loses=LESS, slip="by_sum")
bank.edit("relative_to_their_mean", LARGER, "((abs(alpha) + abs(beta)) / 2)", loses=LESS, slip="by_mean")
bank.edit("relative_to_the_smaller", "max(abs(", "min(abs(", loses=LESS, slip="by_smaller")
bank.edit("same_twice", "vjp(name, x, v) @ u", "jvp(name, x, u) @ v", loses=LESS, slip="always_zero")
bank.edit("u_and_v_exchanged", "vjp(name, x, v) @ u", "vjp(name, x, u) @ v", loses=ALL)
bank.edit("wrong_point", "vjp(name, x, v)", "vjp(name, u, v)", loses=ALL)
bank.edit("weights_forgotten", "v @ jvp(name, x, u)", "jvp(name, x, u).sum()", loses=ALL)
bank.edit("yes_or_no", f"float({GAP})", f"float({GAP} > 1e-9)", loses=LESS)
bank.edit("rounded", f"float({GAP})", f"round(float({GAP}), 5)", loses=LESS - {"small"})
bank.edit("sizes_only", "abs(alpha - beta)", "abs(abs(alpha) - abs(beta))", loses=APART, slip="sizes")
bank.edit("single_precision", "jvp(name, x, u)", "jvp(name, x, u).astype(np.float16)", loses=ALL)
bank.edit("direction_overwritten", "    return", "    u *= beta\n    return", loses={"keeps"})


@bank.wrong(loses={"transposed"}, slip="exchanged")
def both_exchanged(name: str, x: np.ndarray, u: np.ndarray, v: np.ndarray) -> float:
    alpha, beta = u @ jvp(name, x, v), vjp(name, x, u) @ v
    return float(abs(alpha - beta) / max(abs(alpha), abs(beta)))


@bank.wrong(loses={"transposed"})
def own_directions(name: str, x: np.ndarray, u: np.ndarray, v: np.ndarray) -> float:
    ones = np.ones_like(x)
    alpha, beta = v @ jvp(name, x, ones), vjp(name, x, v) @ ones
    return float(abs(alpha - beta) / max(abs(alpha), abs(beta)))
