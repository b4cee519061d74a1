"""Real-time recurrent learning: the gradient of each step's loss, ready at that step."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.altered import FORWARD, RNN_SLIPS, Alter, altered_states
from course.exercise import Case, Exercise, Parts
from course.models import RNN, Array, rnn_forward
from course.oracles import complex_step
from course.recognise.counting import squared_errors
from course.recognise.rules import RULES, Rule
from course.recognise.sequences import terms


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
    for T in (1, int(rng.integers(3, 5)), int(rng.integers(12, 15))):
        d, h, q = draws.sizes(rng, 3, T)
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


def altered(alter: Alter, p: RNN, X: Array, h_0: Array) -> Array:
    """Outputs whose derivative follows an altered rule."""
    outputs: Array = altered_states(p, X, h_0, alter) @ p.W_qh.T + p.b_q
    return outputs


for _slip in RNN_SLIPS:
    sentence = FORWARD.get(_slip.name, _slip.sentence)
    exercise.slip(_slip.name, sentence, partial(parts, partial(altered, _slip.alter)), _slip.see)


def ruled(rule: Rule, p: RNN, X: Array, Y: Array, h_0: Array) -> Parts:
    """Each step's gradients, summed over all uses, under an altered rule."""
    found = terms(squared_errors(p, X, Y, h_0), rule)  # its losses have a factor 1/T
    return {name: len(X) * found[name[1:]].sum(axis=1) for name in NAMES}


IN_FORWARD = {
    "carry_unsloped": "The slope is missing in the path through h_{t-1}: ∂h_t/∂h_{t-1} is D_t W_hh.",
    "use_unsloped": "The slope is missing in the direct derivative: the weights act before the tanh.",
}
for _rule in RULES:
    if _rule.name in ("slope_one_early", "slope_not_squared", "slope_negative", *IN_FORWARD):
        exercise.slip(
            _rule.name, IN_FORWARD.get(_rule.name, _rule.sentence), partial(ruled, _rule), _rule.see
        )


def changed(change: Callable[[Array], Array], *args: Any) -> Parts:
    """The right gradients (T, …), changed as a whole."""
    return {name: change(part) for name, part in expected(*args).items()}


for name, sentence, change in (
    (
        "running_sum",
        "Earlier steps' losses are added: result t should be the gradient of ℓ_t alone.",
        lambda g: np.cumsum(g, axis=0),
    ),
    (
        "mean",
        "Everything is T times too small: ℓ_t is one step's loss, without the factor 1/T.",
        lambda g: g / len(g),
    ),
    ("sign", "Everything has the wrong sign: the output error is o_t − y_t.", lambda g: -g),
):
    exercise.slip(name, sentence, partial(changed, change), SEE)

exercise.timed = dict.fromkeys(NAMES, 0)
