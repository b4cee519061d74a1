"""The triangle: how much each loss feels each use of the recurrent weights."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.altered import RNN_SLIPS, Alter, altered_states
from course.exercise import Case, Exercise, Parts
from course.judging import Run
from course.models import RNN, Array, rnn_forward
from course.oracles import complex_step
from course.problem_sets.ps1.untied_gradients import untied_outputs


def lag_norms(p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray) -> np.ndarray:
    """The triangle of ‖G_{t,k}‖, the gradient of each step's loss through each use of W_hh.

    Formula: h_t = tanh(W_hx x_t + W_hh h_{t-1} + b_h),  o_t = W_qh h_t + b_q,  ℓ_t = ½‖o_t − y_t‖²,
             G_{t,k} = ∂ℓ_t/∂W_hh^{(k)}, where W_hh^{(k)} is the copy of W_hh that step k alone uses.
    There is no factor 1/T: ℓ_t is one step's loss. ‖·‖ is the root of the sum of squared entries.

    Args:
        p: parameters W_hx (h, d), W_hh (h, h), b_h (h), W_qh (q, h), b_q (q).
        X: inputs, shape (T, d).
        Y: targets, shape (T, q).
        h_0: initial state, shape (h).

    Returns:
        N: shape (T, T); N[t-1, k-1] is ‖G_{t,k}‖ for k ≤ t, and zero for k > t.
    """
    raise NotImplementedError("lag_norms: return N")


exercise = Exercise(lag_norms, title="The triangle of lags", chapter="7 exploding", returns=("N",))


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """One step, then several."""
    drawn = []
    for T in (1, int(rng.integers(3, 5)), int(rng.integers(7, 10))):
        d, h, q = draws.sizes(rng, 3, T)
        X, Y = rng.normal(size=(T, d)), rng.normal(size=(T, q))
        name = "T=1" if T == 1 else f"T={T}, d={d}, h={h}, q={q}"
        drawn.append(Case(name, (draws.rnn(rng, d, h, q), X, Y, draws.away_from_zero(rng, h))))
    return drawn


def of_losses(outputs: Callable[[Array], Array], p: RNN, Y: Array) -> Array:
    """G (T, T, h, h): every step's loss by the complex step of every copy of W_hh."""

    def losses(copies: Array) -> Array:
        return np.asarray(0.5 * np.sum((outputs(copies) - Y) ** 2, axis=1))

    return complex_step(losses, np.stack([p.W_hh] * len(Y)))


def triangle(p: RNN, X: Array, Y: Array, h_0: Array) -> Array:
    """G through the given network with untied copies."""
    return of_losses(lambda copies: untied_outputs(copies, p, X, h_0), p, Y)


def norms(G: Array) -> Parts:
    """The norm of each gradient."""
    return {"N": np.sqrt(np.sum(G**2, axis=(2, 3)))}


@exercise.expects
def expected(p: RNN, X: Array, Y: Array, h_0: Array) -> Parts:
    """The complex step of the given network with untied copies."""
    return norms(triangle(p, X, Y, h_0))


SEE = "The triangle of lags"
exercise.claim("one_step", "With one step (T = 1) it is right.", on="T=1", points=1, see=SEE)


@exercise.check(
    "diagonal", "The diagonal is right: each loss through the use of its own step.", points=1, see=SEE
)
def diagonal(run: Run) -> None:
    """No path between steps."""
    for case in run.cases:
        run.equal(np.diag(run.parts(case)["N"]), np.diag(run.expected(case)["N"]), "The diagonal of N", case)


@exercise.check("causal", "No loss feels a later use: N is zero for k > t.", points=1, see=SEE)
def causal(run: Run) -> None:
    """Above the diagonal."""
    for case in run.cases:
        if np.triu(run.parts(case)["N"], 1).any():
            run.fail(f"N is not zero for k > t in the case {case.name}.")


exercise.claim("triangle", "The whole triangle is right.", parts=("N",), points=3, see=SEE)


def altered(alter: Alter, p: RNN, X: Array, Y: Array, h_0: Array) -> Parts:
    """The same under an altered rule."""

    def outputs(copies: Array) -> Array:
        return np.asarray(altered_states(p._replace(W_hh=copies), X, h_0, alter) @ p.W_qh.T + p.b_q)

    return norms(of_losses(outputs, p, Y))


for _slip in RNN_SLIPS:
    exercise.slip(_slip.name, _slip.sentence, partial(altered, _slip.alter), SEE)


def changed(change: Callable[[Array], Array], *args: Any) -> Parts:
    """The right gradients (T, T, h, h), changed before their norms are taken."""
    return norms(change(triangle(*args)))


def rearranged(change: Callable[[Array], Array], *args: Any) -> Parts:
    """The right norms (T, T), changed."""
    return {"N": change(expected(*args)["N"])}


def state_missing(p: RNN, X: Array, Y: Array, h_0: Array) -> Parts:
    """The gradient of the pre-activation: G_{t,k} is that times the state before the step."""
    H = rnn_forward(p, X, h_0)[0][:-1]
    return {"N": expected(p, X, Y, h_0)["N"] / np.linalg.norm(H, axis=1)}


def slope_of_use_missing(p: RNN, X: Array, Y: Array, h_0: Array) -> Parts:
    """The outer product of ∂ℓ_t/∂h_k and h_{k-1}: the slope at the use itself is left out."""
    H = rnn_forward(p, X, h_0)[0][1:]
    return norms(triangle(p, X, Y, h_0) / (1 - H**2)[:, :, None])


def by_lag(N: Array) -> Array:
    """N[t-1, j] for the use j steps before t."""
    return np.stack([np.append(N[t, t::-1], np.zeros(len(N) - 1 - t)) for t in range(len(N))])


for name, sentence, change in (
    (
        "up_to_use",
        "Uses are accumulated: N[t-1, k-1] should hold the use of step k alone, not all from k to t.",
        lambda G: np.cumsum(G[:, ::-1], axis=1)[:, ::-1],
    ),
    (
        "up_to_loss",
        "Losses are accumulated: N[t-1, k-1] should hold the loss of step t alone.",
        lambda G: np.cumsum(G, axis=0),
    ),
    (
        "mean",
        "Everything is T times too small: ℓ_t is one step's loss, without the factor 1/T.",
        lambda G: G / len(G),
    ),
):
    exercise.slip(name, sentence, partial(changed, change), SEE)

for name, sentence, rearrange in (
    ("squared", "The root is missing: these are the sums of squared entries.", lambda N: N**2),
    ("by_lag", "The columns count lags t − k; column k−1 should belong to the use of step k.", by_lag),
):
    exercise.slip(name, sentence, partial(rearranged, rearrange), SEE)

exercise.slip(
    "state_missing",
    "These are the norms of ∂ℓ_t/∂a_k: G_{t,k} is the outer product of that with h_{k-1}.",
    state_missing,
    SEE,
)
exercise.slip(
    "slope_of_use_missing",
    "∂ℓ_t/∂h_k stands where ∂ℓ_t/∂a_k belongs: the slope of tanh at the use itself is missing.",
    slope_of_use_missing,
    SEE,
)
