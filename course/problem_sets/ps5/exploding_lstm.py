"""A counterexample to build: an LSTM whose gradient explodes."""

import numpy as np

from course import draws
from course.exercise import Case, Exercise
from course.gated import LSTM, lstm_step
from course.judging import Run
from course.models import Array
from course.oracles import complex_step


def exploding_lstm(T: int) -> tuple[LSTM, np.ndarray, np.ndarray, np.ndarray]:
    """An LSTM of two units with one input, and a sequence on which its gradient explodes.

    `lstm_step(p, x, h, c)` gives (h_t, c_t); J_t is its Jacobian with respect to (h_{t-1}, c_{t-1}), (4, 4).
    Build parameters, inputs and a start with these properties. Anything with them is right.

    * No entry of W_x, W_h, b, X, h_0 and c_0 is larger than 4 in modulus.
    * ‖J_T ⋯ J_1‖ ≥ 10^6, where ‖·‖ is the largest singular value.
    * It is no passing effect: ‖J_T ⋯ J_1‖ ≥ 10^3 ‖J_S ⋯ J_1‖ and ‖J_T ⋯ J_{S+1}‖ ≥ 10^3 with S = T//2.

    Args:
        T: the number of steps, at least 40.

    Returns:
        p: an LSTM with W_x (8, 1), W_h (8, 2), b (8), gate rows i, f, g, o.
        X: inputs, shape (T, 1).
        h_0: initial state, shape (2).
        c_0: initial cell, shape (2).
    """
    raise NotImplementedError("exploding_lstm: return p, X, h_0, c_0")


exercise = Exercise(
    exploding_lstm,
    title="It still explodes",
    chapter="10 lstm",
    returns=(LSTM, "X", "h_0", "c_0"),
    given=("from course import LSTM, lstm_step",),
)
LARGEST, WHOLE, HALF = 4.0, 1e6, 1e3
SEE = "It still explodes"


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """An even number of steps, an odd one, and many."""
    even, odd, many = 2 * rng.integers(20, 25), 2 * rng.integers(25, 35) + 1, rng.integers(90, 130)
    return [Case(f"{int(T)} steps", (int(T),)) for T in (even, odd, many)]


@exercise.shaped
def shapes(T: int) -> dict[str, tuple[int, ...]]:
    """Two units, one input."""
    return {"W_x": (8, 1), "W_h": (8, 2), "b": (8,), "X": (T, 1), "h_0": (2,), "c_0": (2,)}


def jacobians(p: LSTM, X: Array, h: Array, c: Array) -> list[Array]:
    """J_1 … J_T, by the complex step of the given step."""
    state, found = np.concatenate([h, c]), []
    for x in X:

        def after(s: Array, x: Array = x) -> Array:
            return np.concatenate(lstm_step(p, x, *np.split(s, 2)))

        found.append(complex_step(after, state))
        state = after(state)
    return found


def log_norm(factors: list[Array]) -> float:
    """ln‖J_n ⋯ J_1‖; −inf for a product of zero. The product is scaled on the way."""
    product, size = np.eye(4), 0.0
    for J in factors:
        product = J @ product
        largest = float(np.abs(product).max())
        if largest == 0:
            return -np.inf
        product, size = product / largest, size + float(np.log(largest))
    return size + float(np.log(np.linalg.norm(product, 2)))


def log_norms(run: Run, case: Case) -> tuple[float, float, float]:
    """Of all steps, of the first half, and of the later half."""
    got, half = run.parts(case), case.args[0] // 2
    factors = jacobians(LSTM(*[got[name] for name in LSTM._fields]), got["X"], got["h_0"], got["c_0"])
    return log_norm(factors), log_norm(factors[:half]), log_norm(factors[half:])


def said(size: float) -> str:
    """A norm whose logarithm is given."""
    return f"10^{size / np.log(10):.3g}"


@exercise.check("bounded", "No entry is larger than 4 in modulus.", points=1, see=SEE)
def bounded(run: Run) -> None:
    """As it says."""
    for case in run.cases:
        for name, part in run.parts(case).items():
            largest = float(np.abs(part).max())
            if not largest <= LARGEST + 1e-12:
                run.fail(
                    f"An entry of {name} is too large in the case {case.name}.",
                    f"The largest modulus is {largest:.6g}",
                )


@exercise.check(
    "explodes", "‖∂(h,c)_T/∂(h,c)_0‖ is a million or more.", points=2, see=SEE, after=("bounded",)
)
def explodes(run: Run) -> None:
    """By multiplication."""
    for case in run.cases:
        whole, _, _ = log_norms(run, case)
        if not whole >= np.log(WHOLE) - 1e-9:
            run.fail(f"The gradient does not explode in the case {case.name}.", f"The norm is {said(whole)}")


@exercise.check(
    "goes_on", "It goes on growing in the later half of the steps.", points=2, see=SEE, after=("explodes",)
)
def goes_on(run: Run) -> None:
    """The whole product against that of the first half; and the later half by itself."""
    for case in run.cases:
        whole, first, later = log_norms(run, case)
        if not min(whole - first, later) >= np.log(HALF) - 1e-9:
            run.fail(
                f"In the later half it does not grow a thousandfold in the case {case.name}.",
                f"It grows from {said(first)} to {said(whole)}; the later half alone has {said(later)}",
            )
