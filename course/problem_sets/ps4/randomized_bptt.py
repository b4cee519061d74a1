"""Randomized truncation: every edge is cut at random, and weighs more when it is not."""

import itertools
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Large, Parts
from course.judging import Run
from course.large import large_network
from course.models import RNN, Array, mean_squared_loss, rnn_loss
from course.problem_sets.ps2.rnn_bptt import parts
from course.problem_sets.ps4._draws import EDGE_MISTAKES
from course.problem_sets.ps4._edges import paths
from course.recognise.claims import Claim
from course.recognise.counting import EVERYTHING
from course.recognise.sequences import Sequence
from course.recognise.taken import Taken
from course.recognise.truncated import taken_apart
from course.recognise.ways import Way


def randomized_bptt(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, xi: np.ndarray
) -> tuple[RNN, np.ndarray, np.ndarray]:
    """The gradient of a tanh RNN with randomized truncation, for given draws ξ_1 … ξ_T.

    Formula: z_t = ∂⁺h_t/∂w + ξ_t (∂h_t/∂h_{t-1}) z_{t-1} takes the place of dh_t/dw, for every weight w that
             the state depends on, and for x_k and h_0. Here
             h_t = tanh(W_hx x_t + W_hh h_{t-1} + b_h),  o_t = W_qh h_t + b_q,  L = (1/T) Σ_t ½‖o_t − y_t‖².
    So ξ_t weighs the edge h_{t-1} → h_t and nothing else: the direct use of a weight in step t is whole, and
    so is the output layer. ξ_1 weighs the edge from h_0 (z_0 is dh_0/dh_0 = I for h_0, and 0 for the others),
    so it concerns ∂L/∂h_0 alone. Any real ξ_t may come, not only 0 and 1/π_t. Nothing is drawn here.

    Args:
        p: parameters W_hx (h, d), W_hh (h, h), b_h (h), W_qh (q, h), b_q (q).
        X: inputs, shape (T, d).
        Y: targets, shape (T, q).
        h_0: initial state, shape (h).
        xi: the draws, shape (T); xi[t-1] is ξ_t.

    Returns:
        grads: an RNN whose fields estimate ∂L/∂W_hx, …, ∂L/∂b_q.
        dh_0: the estimate of ∂L/∂h_0, shape (h).
        dX: the estimate of ∂L/∂x_t for every t, shape (T, d).

    Source: Tallec and Ollivier, "Unbiasing truncated backpropagation through time" (2017).
    """
    raise NotImplementedError("randomized_bptt: return grads, dh_0, dX")


exercise = Exercise(
    randomized_bptt, title="Randomized truncation", chapter="8 truncation", returns=(RNN, "dh_0", "dX")
)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """One step; every edge kept; every edge cut; a draw; any numbers; three steps for the mean."""
    drawn = []
    for T, name in (
        (1, "T=1"),
        (18, "all ones"),
        (5, "all zeros"),
        (7, "a draw"),
        (6, "any xi"),
        (3, "mean"),
    ):
        d, h, q = draws.sizes(rng, 3, T)
        X, Y, xi = rng.normal(size=(T, d)), rng.normal(size=(T, q)), rng.uniform(0.4, 0.9, size=T)
        if name in ("all ones", "all zeros"):
            xi = np.full(T, float(name == "all ones"))
        elif name == "a draw":
            xi = np.array([1.0, 1, 0, 1, 1, 1, 0]) / xi
        elif name == "any xi":
            xi = np.append([1.0, 1.3, -1], rng.choice([-1.0, 1.0], size=T - 3)) * (0.5 + xi)
        drawn.append(Case(name, (draws.rnn(rng, d, h, q), X, Y, draws.away_from_zero(rng, h), xi)))
    return drawn


def weighted_loss(p: RNN, X: Array, Y: Array, h_0: Array, xi: Array) -> Any:
    """The same loss, in which the derivative that comes over the edge h_{t-1} → h_t is weighed by ξ_t."""
    h, outputs = h_0, []
    for x, weight in zip(X, xi, strict=True):
        h = np.tanh(p.W_hx @ x + p.W_hh @ (h.real + 1j * weight * np.imag(h)) + p.b_h)
        outputs.append(p.W_qh @ h + p.b_q)
    return mean_squared_loss(np.stack(outputs), Y)


@exercise.by_hand
def large(rng: draws.Rng) -> Large:
    """27,000 parameters over 30 steps, each edge kept four times in five."""
    return large_network(rng, weighted_loss, (rng.uniform(size=30) < 0.8) / 0.8)


@exercise.expects
def expected(p: RNN, X: Array, Y: Array, h_0: Array, xi: Array) -> Parts:
    """The complex step of the loss with weighed edges."""
    return parts(lambda p, X, Y, h_0: weighted_loss(p, X, Y, h_0, xi), p, X, Y, h_0)


SEE, MEAN = "Randomized truncation", "Variance by enumeration"
exercise.claim("one_step", "With one step (T = 1) it is right.", on="T=1", points=1, see=SEE)
exercise.claim("all_kept", "With all ξ_t = 1 it is the whole gradient.", on="all ones", points=1, see=SEE)
exercise.claim("all_cut", "With all ξ_t = 0 only direct uses are left.", on="all zeros", points=1, see=SEE)
exercise.claim("a_draw", "For a draw of zeros and 1/π_t it is right.", on="a draw", points=2, see=SEE)
exercise.claim("any_numbers", "For any numbers ξ_t it is right.", on="any xi", points=1, see=SEE)


@exercise.check(
    "mean",
    "Its mean over all draws, ξ_t = 1/π_t with probability π_t and else 0, is the whole gradient.",
    points=2,
    see=MEAN,
)
def mean(run: Run) -> None:
    """All 2^T draws, each with its probability: exact, and nothing is left to chance."""
    for case in run.on("mean"):
        *data, pi = case.args
        means: Parts = {}
        for kept in itertools.product([False, True], repeat=len(pi)):
            chance = float(np.prod(np.where(kept, pi, 1 - pi)))
            draw = Case("a draw of zeros and 1/π_t", (*data, np.where(kept, 1 / pi, 0.0)))
            got = run.named(run.call(draw), draw)
            means = {name: means.get(name, 0.0) + chance * part for name, part in got.items()}
        for name, whole in parts(rnn_loss, *data).items():
            if means[name].shape != whole.shape:
                run.fail(f"{name} has another shape for some draws.")
            run.equal(means[name], whole, f"The mean of {name} over all draws", case)


@dataclass(frozen=True)
class Weighed(Sequence):
    """A run in which ξ_t multiplies what comes from the state before step t."""

    xi: Array = field(default_factory=lambda: np.zeros(0))

    @cached_property
    def values(self) -> tuple[Array, Array, Array]:
        """a_1 … a_T, and the states before and after each step, all (T, h)."""
        p, a, H = self.p, [], [self.h_0]
        for x, weight in zip(self.X, self.xi, strict=True):
            a.append(p.W_hx @ x + weight * (p.W_hh @ H[-1]) + p.b_h)
            H.append(np.tanh(a[-1]))
        return np.stack(a), np.stack(H[:-1]), np.stack(H[1:])


def in_the_states(taken: Taken, name: str) -> Array:
    """A gradient if the values that come over the edges are weighed too."""
    s = taken.sequence
    run = Weighed(s.p, s.X, s.h_0, s.loss, xi=taken.args[-1])
    weighed = taken.once(in_the_states, lambda: Taken(run, taken.right, taken.args))
    return np.asarray(weighed.part(name, weighed.right))


OWN = Way(
    Claim(
        "states_weighed",
        "ξ_t multiplies the state itself: the states stay as they are, and only derivatives are weighed.",
        SEE,
        EVERYTHING,
    ),
    EVERYTHING,
    in_the_states,
)
exercise.unrolled = taken_apart(paths, EDGE_MISTAKES, np.array([2.0, 2, 2, 0, 2, 2, 2]), SEE, (OWN,))
exercise.timed = {"dX": 0}
