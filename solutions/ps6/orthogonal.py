"""Answers to `orthogonal`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("orthogonal")


@bank.reference
def orthogonal(n: int, seed: int) -> np.ndarray:
    A = np.random.default_rng(seed).normal(size=(n, n))
    Q, R = np.linalg.qr(A)
    result: np.ndarray = Q * np.sign(np.diag(R))
    return result


@bank.right
def nearest_orthogonal(n: int, seed: int) -> np.ndarray:
    # The polar factor of a Gaussian matrix turns with the matrix; signs of singular vectors cancel.
    U, _, Vt = np.linalg.svd(np.random.RandomState(seed).randn(n, n))
    result: np.ndarray = U @ Vt
    return result


@bank.right
def gram_schmidt(n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    rows = np.zeros((n, n))
    for i in range(n):
        v = rng.standard_normal(n)
        for _ in range(2):
            v = v - rows[:i].T @ (rows[:i] @ v)
        rows[i] = v / np.linalg.norm(v)
    return rows


@bank.right
def reflections(n: int, seed: int) -> np.ndarray:
    # Stewart (1980): in each dimension a reflection brings the last axis to a random unit vector.
    rng = np.random.default_rng(seed)
    Q = np.eye(n)
    Q[0, 0] = rng.choice([-1.0, 1.0])
    for k in range(2, n + 1):
        v = rng.normal(size=k)
        v = -v / np.linalg.norm(v)
        v[-1] += 1.0
        Q[:k, :k] -= np.outer(v, v @ Q[:k, :k]) * (2 / (v @ v))
    return Q


@bank.right
def signs_on_the_rows(n: int, seed: int) -> np.ndarray:
    # The signs in LAPACK's R are independent of its Q, so that on the rows they do as well.
    Q, R = np.linalg.qr(np.random.default_rng(seed).normal(size=(n, n)))
    result: np.ndarray = np.diag(np.where(np.diag(R) < 0, -1.0, 1.0)) @ Q
    return result


@bank.right
def eigenvectors_with_signs(n: int, seed: int) -> np.ndarray:
    # A symmetric Gaussian matrix turns with its eigenvectors; only their signs are left to the library.
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(n, n))
    result: np.ndarray = np.linalg.eigh(A + A.T)[1] * rng.choice([-1.0, 1.0], size=n)
    return result


DET, CENTRED = {"both_determinants"}, {"centred"}
SIGNED, DRAWN = "Q * np.sign(np.diag(R))", "np.random.default_rng(seed).normal(size=(n, n))"
bank.edit("no_signs", SIGNED, "Q", loses=DET | CENTRED)
bank.edit("one_random_sign", SIGNED, "Q * np.append(np.ones(n - 1), np.sign(A[0, 0]))", loses=CENTRED)
bank.edit("one_sign_for_all", SIGNED, "Q * np.sign(A[0, 0])", loses=CENTRED)
bank.edit("from_0_to_1", DRAWN, "np.random.default_rng(seed).random(size=(n, n))", loses=DET | CENTRED)
bank.edit(
    "from_minus_1_to_1", DRAWN, "np.random.default_rng(seed).uniform(-1, 1, size=(n, n))", loses={"uniform"}
)
bank.edit(
    "signs_alone",
    DRAWN,
    "np.sign(np.random.default_rng(seed).normal(size=(n, n)))"
    " + 1e-3 * np.random.default_rng(seed + 1).normal(size=(n, n))",
    loses={"uniform"},
)
bank.edit(
    "rotations_alone",
    SIGNED,
    "Q * np.sign(np.diag(R)) * np.append(np.ones(n - 1), np.linalg.det(Q) * np.prod(np.sign(np.diag(R))))",
    loses=DET,
)
bank.edit("moduli_on_the_diagonal", SIGNED, "Q * np.sign(np.diag(Q))", loses=DET | CENTRED)
bank.edit("factor_r", SIGNED, "R", loses={"orthogonal"})
bank.edit("gaussian", SIGNED, "A / np.sqrt(n)", loses={"orthogonal"})
bank.edit("columns_of_length_1", SIGNED, "A / np.linalg.norm(A, axis=0)", loses={"orthogonal"})
bank.edit("too_long", SIGNED, "Q * np.sign(np.diag(R)) * np.sqrt(2)", loses={"orthogonal"})
bank.edit("divided_by_r", SIGNED, "Q * np.diag(R)", loses={"orthogonal"})
bank.edit("seed_ignored", "default_rng(seed)", "default_rng(0)", loses=DET)
bank.edit("no_seed", "default_rng(seed)", "default_rng()", loses={"keeps"})
bank.edit("single_precision", SIGNED, "(Q * np.sign(np.diag(R))).astype(np.float32)", loses={"orthogonal"})


@bank.wrong(loses={"uniform"})
def signed_permutation(n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    result: np.ndarray = np.eye(n)[rng.permutation(n)] * rng.choice([-1.0, 1.0], size=n)
    return result


@bank.wrong(loses={"both_determinants", "centred"})
def one_reflection(n: int, seed: int) -> np.ndarray:
    v = np.random.default_rng(seed).normal(size=n)
    result: np.ndarray = np.eye(n) - 2 * np.outer(v, v) / (v @ v)
    return result


@bank.wrong(loses={"both_determinants"})
def eigenvectors(n: int, seed: int) -> np.ndarray:
    # Signs of eigenvectors are the library's: a single number gives 1 every time.
    A = np.random.default_rng(seed).normal(size=(n, n))
    result: np.ndarray = np.linalg.eigh(A + A.T)[1]
    return result


@bank.wrong(loses={"both_determinants", "centred"})
def cayley(n: int, seed: int) -> np.ndarray:
    A = np.random.default_rng(seed).normal(size=(n, n))
    S = A - A.T
    result: np.ndarray = np.linalg.solve(np.eye(n) + S, np.eye(n) - S)
    return result


@bank.wrong(loses={"uniform"})
def of_a_symmetric_matrix(n: int, seed: int) -> np.ndarray:
    A = np.random.default_rng(seed).normal(size=(n, n))
    Q, R = np.linalg.qr(A + A.T)
    return Q * np.sign(np.diag(R))


@bank.right
def signs_at_the_rows(n: int, seed: int) -> np.ndarray:
    # Stewart (1980): D H_1 ⋯ H_{n-1} is uniform as well, with D the signs of R's diagonal.
    Q, R = np.linalg.qr(np.random.default_rng(seed).normal(size=(n, n)))
    return np.asarray(np.sign(np.diag(R))[:, None] * Q)
