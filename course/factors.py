"""Local derivatives, edge by edge, for many mistakes at once: a word says what stands at an edge."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import numpy as np

from course.gated import logistic
from course.models import Array

At = TypeVar("At")
Word = Callable[[At], Array]


def by_edge(
    edges: Mapping[str, str],
    words: Mapping[str, Callable[[At], Array]],
    instead: Sequence[Mapping[str, str | Callable[[At], Array]]],
    steps: Sequence[At],
) -> dict[str, Array]:
    """By edge the factors (len(instead), 1, h): the usual words, or those of a mistake, at its step."""
    usual = {id(at): {edge: words[word](at) for edge, word in edges.items()} for at in steps}
    found = {edge: np.stack([usual[id(at)][edge] for at in steps])[:, None] for edge in edges}
    for k, (changes, at) in enumerate(zip(instead, steps, strict=True)):
        for edge, word in changes.items():
            found[edge][k, 0] = (words[word] if isinstance(word, str) else word)(at)
    return found


def beginning(said: str) -> str:
    """As the beginning of a sentence."""
    return "The" + said[3:] if said.startswith("the ") else said


def instead(right: str, word: str) -> str:
    """The sentence on a word that stands where a factor belongs."""
    if word in ("0", "1"):
        return f"{beginning(right)} is {'taken for zero' if word == '0' else 'missing'}."
    return f"{word} stands where {right} belongs."


def slug(word: str) -> str:
    """A word as a part of a name."""
    for sign, plain in (
        (" ", ""),
        ("−", "-"),
        ("'", "_next"),
        ("²", "^2"),
        ("′", "_slope"),
        ("{", ""),
        ("}", ""),
    ):
        word = word.replace(sign, plain)
    return word


def vocabulary(bare: Mapping[str, Callable[[At], Array]]) -> dict[str, Callable[[At], Array]]:
    """What may be made of some values by mistake: another sign, a slope, a square, a product."""
    made = {
        **{f"−{word}": _of(np.negative, value) for word, value in bare.items()},
        **{f"1 − {word}": _of(lambda v: 1 - v, value) for word, value in bare.items()},
        **{f"1 + {word}": _of(lambda v: 1 + v, value) for word, value in bare.items()},
        **{squared(word): _of(np.square, value) for word, value in bare.items()},
        **{f"1 − {squared(word)}": _of(lambda v: 1 - v**2, value) for word, value in bare.items()},
        **{f"1 + {squared(word)}": _of(lambda v: 1 + v**2, value) for word, value in bare.items()},
        **{f"{word} (1 − {word})": _of(lambda v: v * (1 - v), value) for word, value in bare.items()},
        **{f"{word} (1 + {word})": _of(lambda v: v * (1 + v), value) for word, value in bare.items()},
        **{f"1 − tanh² {word}": _of(lambda v: 1 - np.tanh(v) ** 2, value) for word, value in bare.items()},
        **{
            f"σ′({word})": _of(lambda v: logistic(v) * (1 - logistic(v)), value)
            for word, value in bare.items()
        },
    }
    pairs = [(one, other) for one in bare for other in bare if one != other and not {one, other} & {"0", "1"}]
    return {**bare, **made, **{f"{a} {b}": _product(bare[a], bare[b]) for a, b in pairs}}


def _logistic_slope(v: Array) -> Array:
    return np.asarray(logistic(v) * (1 - logistic(v)))


def squared(word: str) -> str:
    """The square of a word, tanh²(c) for tanh(c)."""
    return word.replace("(", "²(", 1) if "(" in word else f"{word}²"


def _of(change: Callable[[Array], Array], word: Callable[[At], Array]) -> Callable[[At], Array]:
    return lambda at: change(word(at))


def _product(one: Callable[[At], Array], other: Callable[[At], Array]) -> Callable[[At], Array]:
    return lambda at: one(at) * other(at)
