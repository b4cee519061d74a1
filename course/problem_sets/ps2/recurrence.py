"""The closed form of a linear recurrence: the lemma behind BPTT."""

import numpy as np

from course.draws import Rng, recurrent_matrix, sizes
from course.exercise import Case, Exercise, Parts
from course.judging import Run
from course.models import Array


def recurrence(b: np.ndarray, C: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Solve a_t = b_t + C_t a_{t-1}, with a_0 = 0, and give the products that solve it.

    Formula: a_t = Σ_{i=1}^{t} P_{t,i} b_i,  with  P_{t,i} = C_t C_{t-1} ⋯ C_{i+1}  and  P_{t,t} = I.

    Args:
        b: right-hand sides b_1 … b_T, shape (T, h); b[t-1] is b_t.
        C: matrices C_1 … C_T, shape (T, h, h); C[t-1] is C_t.

    Returns:
        a: shape (T, h); a[t-1] is a_t.
        P: shape (T, T, h, h); P[t-1, i-1] is P_{t,i} for i <= t, and zero for i > t.
    """
    raise NotImplementedError("recurrence: return a and P")


exercise = Exercise(recurrence, title="A linear recurrence, solved", chapter="4 bptt", returns=("a", "P"))


@exercise.cases
def cases(rng: Rng) -> list[Case]:
    """One step, then several, with matrices that do not commute."""
    drawn = []
    for T in (1, int(rng.integers(3, 5)), int(rng.integers(11, 14))):
        (h,) = sizes(rng, 1, T)
        C = np.stack([recurrent_matrix(rng, h) for _ in range(T)])
        drawn.append(Case("T=1" if T == 1 else f"T={T}, h={h}", (rng.normal(size=(T, h)), C)))
    return drawn


@exercise.shaped
def shapes(b: Array, C: Array) -> dict[str, tuple[int, ...]]:
    """P holds a matrix for every pair of steps."""
    T, h = b.shape
    return {"a": (T, h), "P": (T, T, h, h)}


@exercise.check("start", "a_1 = b_1, and P_{t,t} is the identity.", points=1, see="The lemma")
def start(run: Run) -> None:
    """The empty product, and a_0 = 0."""
    for case in run.cases:
        got, (b, C) = run.parts(case), case.args
        run.equal(got["a"][0], b[0], "a_1", case)
        for t in range(len(b)):
            run.equal(got["P"][t, t], np.eye(C.shape[1]), f"P_{{{t + 1},{t + 1}}}", case)


@exercise.check("states", "a_t = b_t + C_t a_{t-1} at every step.", points=1, see="The lemma")
def states(run: Run) -> None:
    """The recursion itself is the law."""
    for case in run.cases:
        a, (b, C) = run.parts(case)["a"], case.args
        for t in range(1, len(b)):
            run.equal(a[t], b[t] + C[t] @ a[t - 1], f"a_{t + 1}", case)


@exercise.check(
    "products",
    "P_{t,i} = C_t P_{t-1,i} for i < t (the later matrix stands on the left), and P_{t,i} = 0 for i > t.",
    points=2,
    see="The lemma",
    after=("start",),
)
def products(run: Run) -> None:
    """The same recursion, started at the identity."""
    for case in run.cases:
        P, (b, C) = run.parts(case)["P"], case.args
        for t in range(len(b)):
            run.equal(P[t, t + 1 :], np.zeros_like(P[t, t + 1 :]), f"P_{{{t + 1},i}}, i > {t + 1},", case)
            for i in range(t):
                run.equal(P[t, i], C[t] @ P[t - 1, i], f"P_{{{t + 1},{i + 1}}}", case)


def _solve(b: Array, C: Array, left: bool, shift: int) -> Parts:
    """States and products with the order or the first factor altered."""
    T, h = b.shape
    P = np.zeros((T, T, h, h))
    for i in range(T):
        P[i, i] = np.eye(h) if shift == 0 else C[i]
        for t in range(i + 1, T):
            P[t, i] = C[t] @ P[t - 1, i] if left else P[t - 1, i] @ C[t]
    return {"P": P}


exercise.slip(
    "order",
    "The matrices are multiplied in the wrong order: in P_{t,i} the latest, C_t, stands on the left.",
    lambda b, C: _solve(b, C, left=False, shift=0),
    see="The lemma",
)
exercise.slip(
    "first_factor",
    "The product starts one factor early: P_{t,i} ends with C_{i+1}, so b_i itself is not multiplied by C_i.",
    lambda b, C: _solve(b, C, left=True, shift=1),
    see="The lemma",
)
