"""Local derivatives, edge by edge, for many mistakes at once: a word says what stands at an edge."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import numpy as np

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
