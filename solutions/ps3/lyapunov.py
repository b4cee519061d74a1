"""Answers to `lyapunov`."""

import numpy as np

from course import RNN, rnn_forward
from course.grader.bank import Bank

bank = Bank("lyapunov")


@bank.reference
def lyapunov(p: RNN, X: np.ndarray, h_0: np.ndarray) -> float:
    H, _ = rnn_forward(p, X, h_0)
    product = np.eye(len(h_0))
    log = 0.0
    for h in H[1:]:
        product = (1 - h**2)[:, None] * (p.W_hh @ product)
        size = np.linalg.norm(product)
        product = product / size
        log += np.log(size)
    return float((log + np.log(np.linalg.norm(product, 2))) / len(X))


@bank.right
def from_the_last_step_back(p: RNN, X: np.ndarray, h_0: np.ndarray) -> float:
    # Rows of the product, carried backwards; scaled by powers of two, which cost no rounding.
    H, _ = rnn_forward(p, X, h_0)
    rows, exponent = np.eye(len(h_0)), 0
    for t in range(len(X), 0, -1):
        rows = rows * (1 - H[t] ** 2) @ p.W_hh
        shift = int(np.frexp(np.abs(rows).max())[1])
        rows, exponent = np.ldexp(rows, -shift), exponent + shift
    return float(exponent * np.log(2) + np.log(np.linalg.svd(rows)[1][0])) / len(X)


@bank.right
def in_pairs(p: RNN, X: np.ndarray, h_0: np.ndarray) -> float:
    # Neighbours are multiplied until one matrix is left; every matrix carries the logarithm of its size.
    H, _ = rnn_forward(p, X, h_0)
    parts = [(np.diag(1 - h * h) @ p.W_hh, 0.0) for h in H[1:]]
    while len(parts) > 1:
        merged = []
        for i in range(0, len(parts) - 1, 2):
            (early, a), (late, b) = parts[i], parts[i + 1]
            both = late @ early
            size = np.abs(both).max()
            merged.append((both / size, a + b + np.log(size)))
        parts = merged + parts[len(parts) - len(parts) % 2 :]
    product, log = parts[0]
    return float(log + 0.5 * np.log(np.linalg.eigvalsh(product.T @ product).max())) / len(X)


@bank.right
def by_orthogonal_factors(p: RNN, X: np.ndarray, h_0: np.ndarray) -> float:
    # J Q = Q' R at every step: the product of the triangular factors has the same singular values.
    state, Q, R, log = h_0, np.eye(len(h_0)), np.eye(len(h_0)), 0.0
    for x in X:
        state = np.tanh(p.W_hx @ x + p.W_hh @ state + p.b_h)
        Q, step = np.linalg.qr(np.diag(1 - state**2) @ p.W_hh @ Q)
        R = step @ R
        size = np.linalg.norm(R, 2)
        R, log = R / size, log + np.log(size)
    return log / len(X)


ALL = {"one_step", "a_few", "shrinking", "growing"}
LATER = {"a_few", "shrinking", "growing"}
STEP = "(1 - h**2)[:, None] * (p.W_hh @ product)"
END = "(log + np.log(np.linalg.norm(product, 2))) / len(X)"
SCALE = "        product = product / size\n        log += np.log(size)\n"
bank.edit("never_scaled", SCALE, "        del size\n", loses={"returns"})
bank.edit("size_not_counted", "        log += np.log(size)\n", "", loses=ALL)
bank.edit("slope_missing", STEP, "p.W_hh @ product", loses=ALL, slip="slope_missing")
bank.edit("slope_of_state", "(1 - h**2)", "(1 - np.tanh(h) ** 2)", loses=ALL, slip="slope_of_state")
bank.edit("slope_one_early", "H[1:]", "H[:-1]", loses=ALL, slip="slope_one_early")
bank.edit("slope_twice", "(1 - h**2)", "((1 - h**2) ** 2)", loses=ALL)
bank.edit("columns_scaled", STEP, "(p.W_hh * (1 - h**2)) @ product", loses=ALL, slip="columns_scaled")
bank.edit("transpose", "p.W_hh @ product", "p.W_hh.T @ product", loses=ALL, slip="transpose")
bank.edit(
    "order",
    "(1 - h**2)[:, None] * (p.W_hh @ product)",
    "product @ ((1 - h**2)[:, None] * p.W_hh)",
    loses=LATER,
    slip="order",
)
bank.edit(
    "frobenius", "np.log(np.linalg.norm(product, 2))", "0.0", loses={"one_step", "a_few"}, slip="frobenius"
)
bank.edit(
    "radius",
    "np.linalg.norm(product, 2)",
    "np.abs(np.linalg.eigvals(product)).max()",
    loses=ALL,
    slip="radius",
)
bank.edit("determinant", "np.linalg.norm(product, 2)", "(1e-300 + np.abs(np.linalg.det(product)))", loses=ALL)
bank.edit("smallest", "np.linalg.norm(product, 2)", "np.linalg.svd(product)[1][-1] + 1e-300", loses=ALL)
bank.edit("not_per_step", " / len(X)", "", loses=LATER, slip="not_per_step")
bank.edit("one_step_more", "len(X)", "len(H)", loses=ALL)
bank.edit(
    "base_10",
    "np.log(np.linalg.norm(product, 2))",
    "np.log(np.linalg.norm(product, 2))) / np.log(10",
    loses=ALL,
    slip="base_10",
)
bank.edit(
    "base_2", END, "(log + np.log(np.linalg.norm(product, 2))) / len(X) / np.log(2)", loses=ALL, slip="base_2"
)
bank.edit("growth_of_one_vector", "np.eye(len(h_0))", "np.ones((len(h_0), 1)) / np.sqrt(len(h_0))", loses=ALL)
bank.edit("the_rate_itself", END, f"np.exp({END})", loses=ALL)
bank.edit("sign", END, f"-{END}", loses=ALL, slip="sign")
bank.edit("off_in_the_eighth_digit", END, f"({END}) * (1 + 1e-7)", loses=ALL, slip="precision")
bank.edit(
    "start_overwritten", "    product = np.eye", "    h_0 += H[-1]\n    product = np.eye", loses={"keeps"}
)


@bank.wrong(loses=LATER, slip="mean_of_norms")
def norms_averaged(p: RNN, X: np.ndarray, h_0: np.ndarray) -> float:
    H, _ = rnn_forward(p, X, h_0)
    return float(np.mean([np.log(np.linalg.norm(np.diag(1 - h**2) @ p.W_hh, 2)) for h in H[1:]]))


@bank.wrong(loses=ALL, slip="mean_of_radii")
def radii_averaged(p: RNN, X: np.ndarray, h_0: np.ndarray) -> float:
    H, _ = rnn_forward(p, X, h_0)
    radii = [np.abs(np.linalg.eigvals(np.diag(1 - h**2) @ p.W_hh)).max() for h in H[1:]]
    return float(np.log(radii).mean())


@bank.wrong(loses=ALL)
def radius_of_the_weights(p: RNN, X: np.ndarray, h_0: np.ndarray) -> float:
    return float(np.log(np.abs(np.linalg.eigvals(p.W_hh)).max()))


@bank.wrong(loses=ALL)
def two_trajectories(p: RNN, X: np.ndarray, h_0: np.ndarray) -> float:
    # The distance of two neighbours, brought back to its size after each step: it needs many steps.
    gap, h, log = 1e-9, h_0, 0.0
    u = np.ones(len(h_0)) / np.sqrt(len(h_0))
    for x in X:
        a = p.W_hx @ x + p.b_h
        after, beside = np.tanh(a + p.W_hh @ h), np.tanh(a + p.W_hh @ (h + gap * u))
        u = (1 - after**2) * (p.W_hh @ u) + 0 * beside
        log += np.log(np.linalg.norm(u))
        h, u = after, u / np.linalg.norm(u)
    return float(log) / len(X)


@bank.wrong(loses={"many_units"})
def from_the_course(p: RNN, X: np.ndarray, h_0: np.ndarray) -> float:
    # The public oracle: whole numbers, which get too long.
    from course.problem_sets.ps3 import _exact

    H, _ = rnn_forward(p, X, h_0)
    factors = [(1 - h**2)[:, None] * p.W_hh for h in H[1:]]
    return _exact.product(factors[::-1])[1] / len(X)


@bank.wrong(loses={"many_units"})
def the_oracle_itself(p: RNN, X: np.ndarray, h_0: np.ndarray) -> float:
    from course.exercise import load

    oracle = load("lyapunov").oracle
    assert oracle is not None
    return float(oracle(p, X, h_0)["λ"])


bank.edit("first_factor_missing", "H[1:]", "H[2:]", loses=ALL, slip="first_missing")
bank.edit("last_factor_missing", "H[1:]", "H[1:-1]", loses=ALL, slip="last_missing")


@bank.wrong(loses=ALL, slip="one_column")
def first_entry_of_the_triangular_factors(p: RNN, X: np.ndarray, h_0: np.ndarray) -> float:
    Q, log = np.eye(len(h_0)), 0.0
    for h in rnn_forward(p, X, h_0)[0][1:]:
        Q, R = np.linalg.qr((1 - h**2)[:, None] * (p.W_hh @ Q))
        log += np.log(abs(R[0, 0]))
    return float(log) / len(X)


@bank.right
def by_halves(p: RNN, X: np.ndarray, h_0: np.ndarray) -> float:
    # The product of the later half times that of the earlier one, each with its own logarithm.
    H, _ = rnn_forward(p, X, h_0)

    def product(first: int, last: int) -> tuple[np.ndarray, float]:
        if last - first == 1:
            P, log = np.einsum("i,ij->ij", 1 - H[last] ** 2, p.W_hh), 0.0
        else:
            middle = (first + last) // 2
            (A, a), (B, b) = product(first, middle), product(middle, last)
            P, log = B @ A, a + b
        size = float(np.abs(P).max())
        return P / size, log + float(np.log(size))

    P, log = product(0, len(X))
    return float(log + np.log(np.linalg.norm(P, ord=2))) / len(X)


bank.edit(
    "constant_added",
    "log += np.log(size)",
    "log += np.log(size + 1e-10)",
    loses=ALL,
    slip="precision",
)
