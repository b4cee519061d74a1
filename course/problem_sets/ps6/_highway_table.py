"""Mistakes in the highway layer's derivative, put together: what may stand in the place of each factor."""

from dataclasses import dataclass, field

import numpy as np

from course.exercise import Parts
from course.factors import by_edge, slug, vocabulary
from course.gated import logistic
from course.models import Array
from course.problem_sets.ps6._highway import Alter, layer
from course.problem_sets.ps6._highway_values import FORWARD, At, Forward, Word

WORDS: dict[str, Word] = {
    **vocabulary(
        {
            "0": lambda s: 0 * s.x,
            "1": lambda s: 0 * s.x + 1,
            "x": lambda s: s.x,
            "t": lambda s: s.t,
            "p": lambda s: s.p,
            "y": lambda s: s.y,
            "a_t": lambda s: s.a_t,
            "a_p": lambda s: s.a_p,
        }
    ),
    "p − x": lambda s: s.p - s.x,
    "p + x": lambda s: s.p + s.x,
    "p − y": lambda s: s.p - s.y,
    "y − x": lambda s: s.y - s.x,
    "1 / dy": lambda s: 1 / s.dy,
    "2 − 2 t": lambda s: 2 - 2 * s.t,
    "t (1 − t²)": lambda s: s.t * (1 - s.t**2),
    "p − 1": lambda s: s.p - 1,
    "σ(−|a_t|)": lambda s: logistic(-np.abs(s.a_t)),
    "2 t (1 − t)": lambda s: 2 * s.t * (1 - s.t),
}
EDGES = {  # what its factor is
    "update": "p − x",  # ∂y/∂t
    "shown": "t",  # ∂y/∂p
    "around": "1 − t",  # from x past the unit
    "slope_t": "t (1 − t)",
    "slope_p": "1 − p²",
}
SAID = {
    "update": "∂y/∂t is p − x",
    "shown": "∂y/∂p is t",
    "around": "Around the unit 1 − t leads back to x",
    "slope_t": "The slope at t is t (1 − t)",
    "slope_p": "The slope at p is 1 − p²",
}
INSTEAD = {
    "update": ("p", "−x", "p + x", "p − y", "y − x", "y", "p − 1", "1", "0"),
    "shown": ("1", "1 − t", "1 + t", "t²", "p", "t (1 − t)", "0"),
    "around": ("1", "t", "−t", "1 + t", "2 − 2 t", "t (1 − t)", "x", "0"),
    "slope_t": (
        "1",
        "t",
        "1 − t",
        "1 − t²",
        "t²",
        "t (1 + t)",
        "t (1 − t²)",
        "σ′(t)",
        "1 − p²",
        "1 − tanh² a_t",
        "σ(−|a_t|)",
    ),
    "slope_p": (
        *(
            "1",
            "p",
            "1 − p",
            "1 + p",
            "p²",
            "1 + p²",
            "p (1 − p)",
            "1 − tanh² p",
            "1 − a_p²",
            "1 − x²",
            "t (1 − t)",
        ),
        *("σ′(a_p)", "1 − y²"),
    ),
}


@dataclass(frozen=True)
class HighwaySlip:
    """A mistake, and what is altered in the tangents."""

    name: str
    sentence: str
    factors: dict[str, str | Word] = field(default_factory=dict, hash=False)  # by edge, see `WORDS`
    turned: str = ""  # whose weights are transposed on the way to x
    exchanged: bool = False  # True: the gate's and the unit's weights are, on the way to x
    beside: str = "x"  # what ∂L/∂W_t and ∂L/∂W_p are made of
    beside_bias: str = "1"
    forward: Forward | None = field(default=None, hash=False)  # other values
    returned: str = "tp"  # whose gradients stand for those of t and p


def _instead(edge: str, word: str) -> HighwaySlip:
    said = {"0": "it is taken for zero", "1": "that factor is missing"}.get(word, f"{word} stands there")
    return HighwaySlip(f"{edge}_is_{slug(word)}", f"{SAID[edge]}: {said}.", {edge: word})


SLIPS = (
    *[_instead(edge, word) for edge, words in INSTEAD.items() for word in words],
    *[
        HighwaySlip(
            f"transpose_of_{which}",
            f"On the way to x, {said} transpose belongs.",
            turned=which,
        )
        for which, said in (("t", "W_t stands where its"), ("p", "W_p stands where its"))
    ],
    HighwaySlip("weights_exchanged", "On the way to x, W_t and W_p are exchanged.", exchanged=True),
    *[
        HighwaySlip(
            f"weights_beside_{word}",
            f"The weights' gradients are made of {word} where x belongs.",
            beside=word,
        )
        for word in ("p", "y", "t")
    ],
    HighwaySlip(
        "biases_beside_x",
        "The biases' gradients have the factor x, as the weights' have; a bias has the factor 1.",
        beside_bias="x",
    ),
)
ALONE = len(SLIPS)  # what may be wrong in one result; what follows is so in all
SLIPS = (
    *SLIPS,
    *[HighwaySlip(name, said, rules, forward=forward) for name, said, forward, rules in FORWARD],
    HighwaySlip(
        "gradients_exchanged",
        "The gradients of W_t and b_t stand where those of W_p and b_p belong, and the other way round.",
        returned="pt",
    ),
)


def altered(chosen: Array, W_t: Array, b_t: Array, W_p: Array, b_p: Array, x: Array, dy: Array) -> Parts:
    """y, and the gradients that the mistakes at those places leave: a first axis for them."""
    slips, n = [SLIPS[int(k)] for k in chosen], len(x)
    a_t, a_p = W_t @ x + b_t, W_p @ x + b_p
    y = layer(Alter(), W_t, b_t, W_p, b_p, x)
    right = At(x, logistic(a_t), np.tanh(a_p), y, dy, a_t, a_p)
    steps = [slip.forward(right, (W_t, b_t, W_p, b_p)) if slip.forward else right for slip in slips]
    w = by_edge(EDGES, WORDS, [slip.factors for slip in slips], steps)
    d_t, d_p, d_x = np.split(np.eye(3 * n), 3, axis=1)
    ways = {which: np.stack([_arriving(W_t, W_p, which, d_x, slip) for slip in slips]) for which in "tp"}
    d_gate, d_unit = w["slope_t"] * (d_t + ways["t"]), w["slope_p"] * (d_p + ways["p"])
    response = (w["update"] * d_gate + w["shown"] * d_unit + w["around"] * d_x) @ dy
    db_t, db_p, dx = np.split(response, 3, axis=1)
    other = np.array([slip.returned == "pt" for slip in slips])[:, None]
    db_t, db_p = np.where(other, db_p, db_t), np.where(other, db_t, db_p)
    beside, bias = (
        np.stack([WORDS[word](at) for word, at in zip(words, steps, strict=True)])
        for words in ([slip.beside for slip in slips], [slip.beside_bias for slip in slips])
    )
    weights = {f"dW_{which}": db[:, :, None] * beside[:, None] for which, db in (("t", db_t), ("p", db_p))}
    return {
        "y": np.stack([at.y for at in steps]),
        **weights,
        "db_t": db_t * bias,
        "db_p": db_p * bias,
        "dx": dx,
    }


def _arriving(W_t: Array, W_p: Array, which: str, d_x: Array, slip: HighwaySlip) -> Array:
    """What directions of x bring to the sum of the gate or of the unit."""
    W = W_t if (which == "t") is not slip.exchanged else W_p
    return np.asarray(d_x @ (W if which in slip.turned else W.T))
