"""Answers to `explodes_below_one`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("explodes_below_one")


@bank.reference
def explodes_below_one(n: int, rho: float, rate: float, T: int) -> tuple[np.ndarray, np.ndarray]:
    # A nilpotent pair of units, moved by rho. The second is nearly shut, so the two cannot cancel.
    W = rho * np.eye(n)
    W[:2, :2] += (4.0 - rho) * np.array([[1.0, 1.0], [-1.0, -1.0]])
    A = np.zeros((T, n))
    A[:, 1] = 5.0
    return W, A


@bank.right
def imaginary_eigenvalues(n: int, rho: float, rate: float, T: int) -> tuple[np.ndarray, np.ndarray]:
    # [[a, b], [c, −a]] has eigenvalues ±√(a² + bc), here ±iρ. The last two units; the others do little.
    a, b = 3.2, 3.9
    W = np.zeros((n, n))
    W[-2:, -2:] = [[-a, b], [-(rho**2 + a**2) / b, a]]
    A = np.zeros((T, n))
    A[:, -2] = 3.0
    return W, A


@bank.right
def taking_turns(n: int, rho: float, rate: float, T: int) -> tuple[np.ndarray, np.ndarray]:
    # The strong unit changes at every step: the product of two different Jacobians explodes.
    W = np.diag(np.full(n, -rho))
    W[np.ix_([0, n - 1], [0, n - 1])] += 3.0 * np.outer([1, -1], [1, 1])
    A = np.full((T, n), 6.0)
    A[0::2, 0] = 0.1
    A[1::2, n - 1] = 0.1
    return W, A


@bank.right
def by_trial(n: int, rho: float, rate: float, T: int) -> tuple[np.ndarray, np.ndarray]:
    # Random weights scaled to the radius, random sets of units shut off, until one grows fast enough.
    rng = np.random.default_rng(1)
    while True:
        s = rng.uniform(1.0, 3.0)
        u, v = rng.normal(size=(2, 2))
        v -= (v @ u) / (u @ u) * u
        block = rho * np.eye(2) + s * np.outer(u, v) / np.abs(np.outer(u, v)).max()
        off = rng.integers(2)
        if np.abs(block).max() <= 4 and abs(block[1 - off, 1 - off]) > 1.05 * rate:
            W = np.diag(rho * rng.uniform(0.1, 0.9, size=n))
            W[:2, :2] = block
            A = np.zeros((T, n))
            A[:, off] = 8.0
            return W, A


SLOW = {"explodes", "goes_on"}
PAIR = "(4.0 - rho) * np.array([[1.0, 1.0], [-1.0, -1.0]])"
bank.edit("all_open", "    A[:, 1] = 5.0\n", "", loses=SLOW)
bank.edit("all_shut", "A[:, 1] = 5.0", "A[:] = 5.0", loses=SLOW)
bank.edit("third_unit_shut", "A[:, 1] = 5.0", "A[:, 2:] = 5.0", loses=SLOW)
bank.edit("half_shut", "A[:, 1] = 5.0", "A[:, 1] = 0.3", loses=SLOW)
bank.edit("slopes_for_activations", "A[:, 1] = 5.0", "A[:] = 1.0\n    A[:, 1] = 0.1", loses=SLOW)
bank.edit("only_the_first_half", "A[:, 1] = 5.0", "A[: T // 2, 1] = 5.0", loses=SLOW)
bank.edit("only_the_later_half", "A[:, 1] = 5.0", "A[T // 2 :, 1] = 5.0", loses={"explodes"})
bank.edit("strong_start", "A[:, 1] = 5.0", "A[: T - 8, 1] = 5.0\n    A[T - 8 :] = 9.0", loses=SLOW)
bank.edit("faster_first", "A[:, 1] = 5.0", "A[:, 1] = 5.0\n    A[T // 2 :, 0] = 1.0", loses={"goes_on"})
bank.edit(
    "as_in_the_chapter",
    PAIR,
    "np.array([[2.0, 2.0], [-2.0, -2.0]]) - rho * np.eye(2)",
    loses={"radius", *SLOW},
)
bank.edit("weak_pair", PAIR, "(1.0 - rho) * np.array([[1.0, 1.0], [-1.0, -1.0]])", loses=SLOW)
bank.edit("entries_of_ten", PAIR, "10.0 * np.array([[1.0, 1.0], [-1.0, -1.0]])", loses={"bounded"})
bank.edit("radius_not_added", "W = rho * np.eye(n)", "W = 0.0 * np.eye(n)", loses={"radius"})
bank.edit(
    "radius_of_others_too_large",
    "W = rho * np.eye(n)",
    "W = np.eye(n) * rho * 1.1",
    loses={"bounded", "radius"},
)
bank.edit("zero", PAIR, "0.0", loses=SLOW)
bank.edit("zero_weights", "    A = np.zeros", "    W = 0 * W\n    A = np.zeros", loses={"radius", *SLOW})
bank.edit(
    "symmetric",
    PAIR,
    "(4.0 - rho) * np.array([[1.0, 1.0], [1.0, 1.0]])",
    loses={"radius"},
)
bank.edit("triangular", PAIR, "4.0 * np.array([[0.0, 1.0], [0.0, 0.0]])", loses=SLOW)
bank.edit(
    "explodes_by_its_radius",
    "W = rho * np.eye(n)",
    "W = 2.2 * np.eye(n)",
    loses={"bounded", "radius"},
)
bank.edit("one_step", "np.zeros((T, n))", "np.zeros((1, n))", loses={"returns"})
bank.edit("one_row", "return W, A", "return W, A[0]", loses={"returns"})
bank.edit("infinite_activations", "A[:, 1] = 5.0", "A[:, 1] = np.inf", loses={"returns"})
bank.edit(
    "grows_with_every_call",
    "    return W, A",
    "    kept = explodes_below_one.__dict__.setdefault('kept', [])\n"
    "    kept.append(n)\n"
    "    return W, A + 1e-9 * len(kept)",
    loses={"keeps"},
)

bank.edit("entries_of_two", PAIR, "(2.0 - rho) * np.array([[1.0, 1.0], [-1.0, -1.0]])", loses=SLOW)
bank.edit(  # 4 − 2·rho a step: too little where rho is large
    "rho_against_the_pair", "W = rho * np.eye(n)", "W = -rho * np.eye(n)", loses={"explodes", "goes_on"}
)
