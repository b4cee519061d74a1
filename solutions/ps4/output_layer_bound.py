"""Answers to `output_layer_bound`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("output_layer_bound")


@bank.reference
def output_layer_bound(W_qh: np.ndarray, b_q: np.ndarray, Y: np.ndarray, h: int) -> float:
    stretch = np.linalg.norm(W_qh, 2) * np.sqrt(h)
    errors = stretch + np.linalg.norm(b_q - Y, axis=1)
    return float(np.sqrt(h) * errors.mean())


@bank.right
def frobenius(W_qh: np.ndarray, b_q: np.ndarray, Y: np.ndarray, h: int) -> float:
    # Looser, without singular values.
    size = np.sqrt((W_qh**2).sum())
    return float(np.mean([np.sqrt(h) * (np.sqrt(h) * size + np.sqrt(((y - b_q) ** 2).sum())) for y in Y]))


@bank.right
def output_by_output(W_qh: np.ndarray, b_q: np.ndarray, Y: np.ndarray, h: int) -> float:
    # |o_i − y_i| ≤ Σ_j |W_ij| + |b_i − y_i|: every output by itself.
    total = 0.0
    for y in Y:
        largest = np.abs(W_qh).sum(axis=1) + np.abs(b_q - y)
        total += float(np.linalg.norm(largest)) * float(np.sqrt(h))
    return total / len(Y)


@bank.right
def root_mean_square(W_qh: np.ndarray, b_q: np.ndarray, Y: np.ndarray, h: int) -> float:
    # The mean of the errors is at most their root mean square.
    s = np.linalg.svd(W_qh, compute_uv=False)[0]
    e = s * np.sqrt(h) + np.sqrt(np.sum((Y - b_q) ** 2, axis=1))
    return float(np.sqrt(h * np.mean(e**2)))


@bank.right
def largest_target(W_qh: np.ndarray, b_q: np.ndarray, Y: np.ndarray, h: int) -> float:
    largest = max(float(np.linalg.norm(b_q - y)) for y in Y)
    return float(h * np.linalg.norm(W_qh, 2) + np.sqrt(h) * largest)


@bank.right
def target_and_bias_apart(W_qh: np.ndarray, b_q: np.ndarray, Y: np.ndarray, h: int) -> float:
    targets = np.linalg.norm(Y, axis=1).mean() + np.linalg.norm(b_q)
    return float(h * np.linalg.norm(W_qh, 2) + np.sqrt(h) * targets)


BOTH = {"holds", "close"}
STRETCH, END = "np.linalg.norm(W_qh, 2) * np.sqrt(h)", "np.sqrt(h) * errors.mean()"
bank.edit("state_of_norm_one", END, "errors.mean()", loses={"holds"}, slip="state_of_norm_one")
bank.edit(
    "output_of_a_unit_state", STRETCH, "np.linalg.norm(W_qh, 2)", loses={"holds"}, slip="output_of_norm_one"
)
bank.edit("h_for_its_root", END, "h * errors.mean()", loses={"close"}, slip="h_for_its_root")
bank.edit(
    "h_for_its_root_inside", STRETCH, "np.linalg.norm(W_qh, 2) * h", loses={"close"}, slip="h_in_the_output"
)
bank.edit("sum_for_mean", "errors.mean()", "errors.sum()", loses={"close"}, slip="sum_for_mean")
bank.edit("mean_twice", "errors.mean()", "errors.mean() / len(Y)", loses={"holds"})
bank.edit("radius_for_norm", "np.linalg.norm(W_qh, 2)", "np.abs(W_qh).max()", loses={"holds"})
bank.edit("smallest_singular_value", "np.linalg.norm(W_qh, 2)", "np.linalg.norm(W_qh, -2)", loses={"holds"})
bank.edit("sign_of_the_targets", "b_q - Y", "b_q + Y", loses={"holds"})
bank.edit("bias_forgotten", "b_q - Y", "Y", loses={"holds"})
bank.edit("targets_forgotten", "b_q - Y", "b_q + 0 * Y", loses={"holds"})
bank.edit("weights_forgotten", "stretch + ", "", loses={"holds"})
bank.edit(
    "errors_forgotten", "stretch + np.linalg.norm(b_q - Y, axis=1)", "stretch + 0 * Y[:, 0]", loses={"holds"}
)
bank.edit(
    "mean_target", "np.linalg.norm(b_q - Y, axis=1)", "np.linalg.norm(b_q - Y.mean(axis=0))", loses={"holds"}
)
bank.edit(
    "largest_entry_of_the_error",
    "np.linalg.norm(b_q - Y, axis=1)",
    "np.abs(b_q - Y).max(axis=1)",
    loses={"holds"},
)
bank.edit(
    "roots_of_squares",
    "stretch + np.linalg.norm(b_q - Y, axis=1)",
    "np.sqrt(stretch**2 + np.sum((b_q - Y) ** 2, axis=1))",
    loses={"holds"},
)
bank.edit("half", END, f"{END} / 2", loses={"holds"})
bank.edit("safe", END, f"10 * {END}", loses={"close"})
bank.edit("large_constant", f"float({END})", "1e6", loses={"close"})
bank.edit("zero", f"float({END})", "0.0", loses={"holds"})
bank.edit("for_each_step", f"float({END})", "np.sqrt(h) * errors", loses={"returns"})
bank.edit("infinite", f"float({END})", 'float("inf")', loses={"returns"})
bank.edit("targets_changed", "b_q - Y", "np.subtract(b_q, Y, out=Y)", loses={"keeps"})


@bank.wrong(loses={"holds"})
def states_drawn_at_random(W_qh: np.ndarray, b_q: np.ndarray, Y: np.ndarray, h: int) -> float:
    rng = np.random.default_rng(0)
    best = 0.0
    for _ in range(200):
        H = np.tanh(rng.normal(size=(len(Y), h)))
        best = max(best, float(np.linalg.norm((H @ W_qh.T + b_q - Y).T @ H / len(Y))))
    return best


@bank.wrong(loses={"holds"})
def state_of_ones(W_qh: np.ndarray, b_q: np.ndarray, Y: np.ndarray, h: int) -> float:
    ones = np.ones((len(Y), h))
    return float(np.linalg.norm((ones @ W_qh.T + b_q - Y).T @ ones / len(Y)))


# One mistake in bounds that are right in other ways; and two at once.
ROOTS = "np.sqrt(stretch**2 + np.sum((b_q - Y) ** 2, axis=1))"
bank.edit(
    "frobenius_and_state_of_norm_one",
    "np.sqrt(h) * (",
    "1.0 * (",
    of="frobenius",
    loses={"holds"},
    slip="state_of_norm_one",
)
bank.edit(
    "output_by_output_and_state_of_norm_one",
    " * float(np.sqrt(h))",
    "",
    of="output_by_output",
    loses={"holds"},
    slip="state_of_norm_one",
)
for _of, _loses in (
    ("state_of_norm_one", {"holds"}),
    ("output_of_a_unit_state", {"holds"}),
    ("h_for_its_root", {"close"}),
):
    bank.edit(f"{_of}_and_roots", "stretch + np.linalg.norm(b_q - Y, axis=1)", ROOTS, of=_of, loses=_loses)
bank.edit("state_of_norm_one_and_sign", "b_q - Y", "b_q + Y", of="state_of_norm_one", loses={"holds"})
bank.edit(
    "sum_for_mean_and_smallest",
    "np.linalg.norm(W_qh, 2)",
    "np.linalg.norm(W_qh, -2)",
    of="sum_for_mean",
    loses=BOTH,
)
bank.edit(  # which shows only where the entries of a row differ in modulus
    "state_of_norm_one_and_least_entries",
    "np.linalg.norm(W_qh, 2)",
    "np.linalg.norm(np.abs(W_qh).min(axis=1)) * np.sqrt(h)",
    of="state_of_norm_one",
    loses={"holds"},
)
