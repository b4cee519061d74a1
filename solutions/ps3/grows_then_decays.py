"""Answers to `grows_then_decays`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("grows_then_decays")


@bank.reference
def grows_then_decays(n: int, rho: float, growth: float) -> np.ndarray:
    above = np.triu(np.ones((n, n)), 1)
    return rho * np.eye(n) + above


@bank.right
def different_eigenvalues(n: int, rho: float, growth: float) -> np.ndarray:
    # Lower triangular, no two eigenvalues alike; rows and columns in another order.
    values = rho * (1 - 1e-3 * np.arange(n))
    M = np.tril(np.ones((n, n)), -1) + np.diag(values)
    order = np.roll(np.arange(n), 1)
    return M[np.ix_(order, order)]


@bank.right
def as_large_as_needed(n: int, rho: float, growth: float) -> np.ndarray:
    # Signs by a diagonal similarity, and the entries off the diagonal only as large as it takes.
    signs = np.diag((-1.0) ** np.arange(n))
    for size in np.linspace(0.7, 1.0, 7):
        M: np.ndarray = -rho * np.eye(n) - size * signs @ np.triu(np.ones((n, n)), 1) @ signs
        power = M
        for _ in range(60):
            if np.linalg.norm(power, 2) >= growth:
                return M
            power = power @ M
    return M


@bank.right
def in_two_blocks_that_feed_each_other(n: int, rho: float, growth: float) -> np.ndarray:
    # Every unit feeds all later ones, the last with the radius, the others slightly below it.
    M = np.zeros((n, n))
    for i in range(n):
        M[i, i] = rho if i == n - 1 else rho * 0.99
        for j in range(i):
            M[j, i] = 1.0
    return M.T


TOO_SMALL = {"grows"}
M = "rho * np.eye(n) + above"
bank.edit("zero", M, "0 * above", loses={"radius", "grows"})
bank.edit("identity", M, "np.eye(n)", loses={"radius", "grows"})
bank.edit("diagonal", M, "rho * np.eye(n)", loses=TOO_SMALL)
bank.edit("one_jordan_block", M, "rho * np.eye(n) + np.eye(n, k=1)", loses=TOO_SMALL)
bank.edit("symmetric", M, "rho * (np.eye(n) + above + above.T) / n", loses=TOO_SMALL)
bank.edit("rotation", M, "rho * np.roll(np.eye(n), 1, axis=0)", loses=TOO_SMALL)
bank.edit("nilpotent", M, "above", loses={"radius", "grows"})
bank.edit("entries_of_ten", M, "rho * np.eye(n) + 10 * above", loses={"bounded"})
bank.edit("as_in_the_chapter", M, "rho * np.eye(n) + growth * np.eye(n, k=1)", loses={"bounded"})
bank.edit("all_ones", M, "np.ones((n, n))", loses={"radius", "decays"})
bank.edit("full_with_the_radius", M, "np.ones((n, n)) * rho / n", loses=TOO_SMALL)
bank.edit("radius_above_one", M, "(rho + 0.2) * np.eye(n) + above", loses={"bounded", "decays", "radius"})
bank.edit("radius_missed_by_little", M, "(rho + 1e-4) * np.eye(n) + above", loses={"radius"})
bank.edit("radius_always_nine_tenths", M, "0.9 * np.eye(n) + above", loses={"radius"})
bank.edit("always_two_by_two", M, "np.array([[0.9, 1.0], [0.0, 0.9]])", loses={"returns"})
bank.edit(
    "the_norm_is_rho",
    M,
    "(rho * np.eye(n) + above) * rho / np.linalg.norm(above, 2)",
    loses={"radius", "grows"},
)
bank.edit("only_one_large_entry", M, "rho * np.eye(n) + np.eye(n, k=n - 1)", loses=TOO_SMALL)
bank.edit("explodes", M, "rho * np.eye(n) + above + above.T", loses={"radius", "decays"})
bank.edit("complex", M, "rho * np.eye(n) * 1j + above", loses={"returns"})
bank.edit(
    "the_power_itself", M, "np.linalg.matrix_power(rho * np.eye(n) + above, n)", loses={"bounded", "radius"}
)
bank.edit(
    "one_matrix_for_all_calls",
    "    return rho",
    "    above = grows_then_decays.__dict__.setdefault(n, above)\n    above += 1e-16\n    return above + rho",
    loses={"bounded", "radius"},
)


@bank.wrong(loses={"keeps"})
def drawn_at_random(n: int, rho: float, growth: float) -> np.ndarray:
    return rho * np.eye(n) + np.triu(1 - 1e-6 * np.random.default_rng().uniform(size=(n, n)), 1)
