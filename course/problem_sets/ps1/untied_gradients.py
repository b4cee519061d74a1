"""One gradient for every use of W_hh: their sum is BPTT."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Large, Parts
from course.judging import Run
from course.large import large_case, large_rnn
from course.models import RNN, Array, mean_squared_loss, rnn_forward, rnn_loss
from course.oracles import complex_step
from course.problem_sets.ps2.rnn_bptt import many, sequences
from course.recognise.composed import COMPOSED
from course.recognise.each_use import EachUse
from course.recognise.other_runs import other_runs
from course.recognise.patterns import PATTERNS
from course.recognise.rules import RULES, Rule
from course.recognise.step_ways import EACH_USE
from course.recognise.way_tables import way_table


def untied_gradients(p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray) -> np.ndarray:
    """The gradient of the loss with respect to each step's own copy of W_hh, all equal in value.

    Formula: h_t = tanh(W_hx x_t + W_hh^(t) h_{t-1} + b_h),  o_t = W_qh h_t + b_q,
             L = (1/T) Σ_t ½‖o_t − y_t‖²,  with  W_hh^(1) = … = W_hh^(T) = W_hh.

    Args:
        p: parameters W_hx (h, d), W_hh (h, h), b_h (h), W_qh (q, h), b_q (q).
        X: inputs, shape (T, d).
        Y: targets, shape (T, q).
        h_0: initial state, shape (h).

    Returns:
        G: shape (T, h, h); G[t-1] is ∂L/∂W_hh^(t). The sum over t is ∂L/∂W_hh of the tied network.
    """
    raise NotImplementedError("untied_gradients: return G")


exercise = Exercise(untied_gradients, title="A network, untied", chapter="3 tied", returns=("G",))


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """One step; then several."""
    drawn = []
    steps = (1, int(rng.integers(3, 5)), 6)
    for T, (d, h, q) in zip(steps, draws.varied_sizes(rng, 3, steps), strict=True):
        X, Y = rng.normal(size=(T, d)), rng.normal(size=(T, q))
        if 1 < T < 6:  # errors so large that clipped ones differ
            Y *= 300
        name = "T=1" if T == 1 else f"T={T}, d={d}, h={h}, q={q}"
        drawn.append(Case(name, (draws.rnn(rng, d, h, q), X, Y, draws.away_from_zero(rng, h))))
    return drawn


def untied_outputs(copies: Array, p: RNN, X: Array, h_0: Array) -> Array:
    """The given network, one step at a time, each with its own matrix."""
    outputs, h = [], h_0
    for x_t, W in zip(X, copies, strict=True):
        H, O = rnn_forward(p._replace(W_hh=W), x_t[None], h)
        outputs.append(O[0])
        h = H[1]
    return np.stack(outputs)


def copied(p: RNN, X: Array) -> Array:
    """W_hh once for every step."""
    return np.stack([p.W_hh] * len(X))


@exercise.by_hand
def large(rng: draws.Rng) -> Large:
    """32,000 entries in the copies of 80 steps: as many forward passes, or one backward pass.

    Many steps and few units: a derivation in forward mode, whose cost grows with h⁴, has time enough too.
    """
    d, h, q, T = 8, 20, 8, 80
    p, X, Y = large_rnn(rng, d, h, q), rng.normal(size=(T, d)), rng.normal(size=(T, q))
    h_0 = draws.away_from_zero(rng, h)
    moves = {"G": (lambda W: mean_squared_loss(untied_outputs(W, p, X, h_0), Y), copied(p, X))}
    return large_case(rng, Case(f"T={T}, h={h}", (p, X, Y, h_0)), moves)


@exercise.expects
def expected(p: RNN, X: Array, Y: Array, h_0: Array) -> Parts:
    """The complex step of the given network with untied copies."""
    return {"G": complex_step(lambda W: mean_squared_loss(untied_outputs(W, p, X, h_0), Y), copied(p, X))}


def of_tied(p: RNN, X: Array, Y: Array, h_0: Array) -> Array:
    """The complex step of the given loss, all copies moved at once."""
    return complex_step(lambda W: rnn_loss(p._replace(W_hh=W), X, Y, h_0), p.W_hh)


SEE = "Untying a network"
exercise.claim("one_step", "With one step (T = 1) it is right.", on="T=1", points=1, see=SEE)


@exercise.check("sum", "The copies' gradients add up to ∂L/∂W_hh of the tied network.", points=1, see=SEE)
def total(run: Run) -> None:
    """The theorem of the chapter, with the complex step of the tied loss."""
    for case in run.cases:
        tied = of_tied(*case.args)
        run.equal(run.parts(case)["G"].sum(axis=0), tied, "The sum of G over its first axis", case)


@exercise.check("last_copy", "The last step's copy has the right gradient.", points=1, see=SEE)
def last_copy(run: Run) -> None:
    """Only the last loss reaches it."""
    for case in run.cases:
        run.equal(run.parts(case)["G"][-1], run.expected(case)["G"][-1], "G[-1]", case)


exercise.claim("every_copy", "Every copy has the right gradient.", parts=("G",), points=2, see=SEE)


# With one result, a loss that is missing in the states is missing everywhere, a step is a use, and so on.
HIDDEN_HERE = ("last_loss_of_states", "first_step")
OF_OUTPUTS = ("output_state_before", "transpose_in_the_sweep")  # no other step leads from h_1 to h_0


def of_uses(rule: Rule) -> Rule:
    """A rule in the words of an exercise that asks for the uses of W_hh alone."""
    said = rule.sentence.replace("at weights and inputs alone", "at the uses of W_hh alone")
    return replace(rule, sentence=said.replace("weights and inputs act", "W_hh acts"), see=SEE)


exercise.unrolled = EachUse(
    sequences,
    {"W_hh": "G"},
    many,
    rules=tuple(of_uses(r) for r in (*RULES, *COMPOSED) if r.name not in OF_OUTPUTS),
    patterns=tuple(replace(q, see=SEE) for q in PATTERNS if q.initial is None and q.name not in HIDDEN_HERE),
    see=SEE,
)


def rows(p: RNN, X: Array, Y: Array, h_0: Array) -> Parts:
    """The gradient of each step's loss through all uses."""
    losses = complex_step(
        lambda W: 0.5 * np.sum((rnn_forward(p._replace(W_hh=W), X, h_0)[1] - Y) ** 2, axis=1) / len(X), p.W_hh
    )
    return {"G": losses}


exercise.slip(
    "rows",
    "This sums over the uses of one loss; wanted is one use, summed over the losses.",
    rows,
    SEE,
)


def changed(change: Callable[[Array], Array], *args: Any) -> Parts:
    """The right gradients (T, h, h), changed as a whole."""
    return {"G": change(expected(*args)["G"])}


for name, sentence, change in (
    ("reversed", "The order of time is reversed: G[0] belongs to step 1.", lambda G: G[::-1]),
    (
        "equal_shares",
        "Every copy got an equal share of the tied matrix's gradient; each use has a gradient of its own.",
        lambda G: np.broadcast_to(G.mean(axis=0), G.shape),
    ),
    (
        "running_sum_forward",
        "Uses are accumulated on the way: G[t-1] should hold one use, not all up to t.",
        lambda G: np.cumsum(G, axis=0),
    ),
    (
        "running_sum",
        "Uses are accumulated on the way back: G[t-1] should hold one use, not all from t on.",
        lambda G: np.cumsum(G[::-1], axis=0)[::-1],
    ),
    (
        "total_everywhere",
        "Every copy got the gradient of the tied matrix; that is the sum of what is wanted.",
        lambda G: np.broadcast_to(G.sum(axis=0), G.shape),
    ),
    ("no_mean", "Everything is T times too large: L is the mean over steps.", lambda G: len(G) * G),
    ("sign", "Everything has the wrong sign: the output error is o_t − y_t.", lambda G: -G),
):
    exercise.slip(name, sentence, partial(changed, change), SEE)

exercise.timed = {"G": 0}
exercise.table = way_table(
    exercise.unrolled, [(n, said, SEE, of) for n, said, _, of in EACH_USE], other_runs(linear=False)
)
