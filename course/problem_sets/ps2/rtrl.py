"""Real-time recurrent learning: the gradient of each step's loss, ready at that step."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Parts
from course.models import RNN, Array, rnn_forward
from course.oracles import complex_step
from course.problem_sets.ps2.rnn_bptt import many
from course.recognise.counting import squared_errors
from course.recognise.each_loss import LOSS_RULES, EachLoss
from course.recognise.forward_patterns import LOSS_PATTERNS
from course.recognise.sequences import Sequence, terms, with_errors


def rtrl(p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradient of each step's own loss, computed forward in time.

    Formula: ℓ_t = ½‖o_t − y_t‖² of the tanh network (no factor 1/T). ∂ℓ_t/∂W counts every use of W up to
             step t; S_t = dh_t/dW follows from S_{t-1}, so no backward pass is needed.

    Args:
        p: parameters W_hx (h, d), W_hh (h, h), b_h (h), W_qh (q, h), b_q (q).
        X: inputs, shape (T, d).
        Y: targets, shape (T, q).
        h_0: initial state, shape (h); it does not depend on the weights.

    Returns:
        dW_hx: shape (T, h, d); dW_hx[t-1] is ∂ℓ_t/∂W_hx.
        dW_hh: shape (T, h, h); dW_hh[t-1] is ∂ℓ_t/∂W_hh.
        db_h: shape (T, h); db_h[t-1] is ∂ℓ_t/∂b_h.
    """
    raise NotImplementedError("rtrl: return dW_hx, dW_hh, db_h")


NAMES = ("dW_hx", "dW_hh", "db_h")
exercise = Exercise(rtrl, title="Forward in time", chapter="4 bptt", returns=NAMES)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """One step, then several, then many."""
    drawn = []
    steps = (1, int(rng.integers(3, 5)), int(rng.integers(17, 20)))
    for T, (d, h, q) in zip(steps, draws.varied_sizes(rng, 3, steps), strict=True):
        X, Y = rng.normal(size=(T, d)), rng.normal(size=(T, q))
        if T in (3, 4):  # errors so large that a clipped gradient differs
            Y *= draws.FAR
        name = "T=1" if T == 1 else f"T={T}, d={d}, h={h}, q={q}"
        drawn.append(Case(name, (draws.rnn(rng, d, h, q), X, Y, draws.away_from_zero(rng, h))))
    return drawn


def parts(outputs: Callable[..., Any], p: RNN, X: Array, Y: Array, h_0: Array) -> Parts:
    """The complex step of all step losses at once, from `outputs(p, X, h_0)` (T, q)."""

    def by(field: str) -> Array:
        def losses(value: Array) -> Array:
            O = outputs(p._replace(**{field: value}), X, h_0)
            return np.asarray(0.5 * np.sum((O - Y) ** 2, axis=1))

        return complex_step(losses, getattr(p, field))

    return {name: by(name[1:]) for name in NAMES}


@exercise.expects
def expected(p: RNN, X: Array, Y: Array, h_0: Array) -> Parts:
    """The complex step of each step's loss of the given forward pass."""
    return parts(lambda *args: rnn_forward(*args)[1], p, X, Y, h_0)


SEE = "Forward mode"
exercise.claim("one_step", "With one step (T = 1) every gradient is right.", on="T=1", points=1, see=SEE)
exercise.claim(
    "input_weights",
    "∂ℓ_t/∂W_hx and ∂ℓ_t/∂b_h are right after every step.",
    parts=("dW_hx", "db_h"),
    points=1,
    see=SEE,
)
exercise.claim(
    "recurrent_weights", "∂ℓ_t/∂W_hh is right after every step.", parts=("dW_hh",), points=2, see=SEE
)


def run(p: RNN, X: Array, Y: Array, h_0: Array) -> Sequence:
    """The one sequence, with ℓ_t = ½‖o_t − y_t‖²."""
    mean = squared_errors(p, X, Y, h_0)
    return replace(mean, loss=lambda *args: len(X) * mean.loss(*args))


def changed(change: Callable[[Array], Array], *args: Any) -> Parts:
    """The right gradients (T, …), changed as a whole."""
    return {name: change(part) for name, part in expected(*args).items()}


for name, sentence, change in (
    (
        "mean",
        "Everything is T times too small: ℓ_t is one step's loss, without the factor 1/T.",
        lambda g: g / len(g),
    ),
    ("sign", "Everything has the wrong sign: the output error is o_t − y_t.", lambda g: -g),
):
    exercise.slip(name, sentence, partial(changed, change), SEE)


unrolled = EachLoss(
    lambda *args: [run(*args)],
    {name[1:]: name for name in NAMES},
    many,
    rules=LOSS_RULES,
    patterns=LOSS_PATTERNS,
)


def errors_before(p: RNN, X: Array, Y: Array, h_0: Array) -> Parts:
    """The gradients if the errors come from the states before the steps."""
    errors = rnn_forward(p, X, h_0)[0][:-1] @ p.W_qh.T + p.b_q - Y
    return unrolled.parts([terms(with_errors(run(p, X, Y, h_0), errors))])


exercise.slip(
    "error_of_the_step_before",
    "The output error is taken at h_{t-1}: o_t reads the state after the step.",
    errors_before,
    SEE,
)


def wrong_index(name: str, p: RNN, X: Array, Y: Array, h_0: Array) -> Parts:
    """dh_t/dW (T, h, h, …) summed with ∂ℓ_t/∂h_t over its second axis, which is the row of W."""
    H = rnn_forward(p, X, h_0)[0][1:]
    losses = [lambda h, y=y: 0.5 * np.sum((p.W_qh @ h + p.b_q - y) ** 2) for y in Y]
    dh = np.stack([complex_step(loss, h) for loss, h in zip(losses, H, strict=True)])
    states = lambda W: rnn_forward(p._replace(**{name[1:]: W}), X, h_0)[0][1:]  # noqa: E731
    return {name: np.einsum("tj,tij...->ti...", dh, complex_step(states, getattr(p, name[1:])))}


def last_everywhere(name: str, *args: Any) -> Parts:
    """The last step's gradient at every step."""
    part = expected(*args)[name]
    return {name: np.broadcast_to(part[-1], part.shape)}


for _name in NAMES:
    exercise.slip(
        "wrong_index_summed",
        f"In {_name} ∂ℓ_t/∂h_t meets the wrong index of dh_t/dW: it belongs to that of h_t, the first.",
        partial(wrong_index, _name),
        SEE,
    )
    exercise.slip(
        "every_row_the_last",
        f"Every row of {_name} holds the last step's gradient; row t-1 is that of ℓ_t.",
        partial(last_everywhere, _name),
        SEE,
    )

exercise.unrolled = unrolled
exercise.timed = dict.fromkeys(NAMES, 0)
