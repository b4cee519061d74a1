"""All composed mistakes of an LSTM's backward pass, and their results, many at once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any

import numpy as np

from course import (
    lstm_altered_forward,
    lstm_composed,
    lstm_cuts,
    lstm_elsewhere,
    lstm_pairs,
    lstm_sums,
    lstm_uses,
    lstm_ways,
)
from course.compare import RTOL, scale_of
from course.exercise import Parts, Slip
from course.lstm_graph import FACTORS, READ, Altered
from course.lstm_many import Run
from course.lstm_words import Mistake
from course.models import Array

LENGTHS = (2, 3, 7, 22, 25)
OF_A_STEP = (
    *(lstm_composed.on_the_edges, lstm_composed.who_reads, lstm_composed.blocks),
    *(lstm_ways.one_more, lstm_ways.throughout, lstm_ways.too_many),
    *(lstm_elsewhere.gates_of, lstm_elsewhere.activations, lstm_elsewhere.rows),
    *(lstm_elsewhere.gates_left_out, lstm_uses.of_cells),
    *(lstm_altered_forward.of_the_forward_pass, lstm_pairs.exchanged, lstm_pairs.left_out_together),
    *(lstm_pairs.slopes_missing_back, lstm_pairs.counted),
)
OF_STEPS = (
    *(lstm_elsewhere.at_the_start, lstm_cuts.cuts, lstm_uses.of_steps),
    *(lstm_sums.of_losses,),
)


def key(mistake: Mistake) -> tuple[Any, ...]:
    """Two mistakes that alter the same have the same key."""
    a = mistake.altered
    cuts = tuple(a.carried(T).tobytes() for T in LENGTHS) if a.carried else ()
    return (
        frozenset((e, tuple(sorted(f))) for e, f in a.factors.items() if sorted(f) != sorted(FACTORS[e])),
        frozenset((e, counts) for e, counts in a.read.items() if counts != READ[e]),
        frozenset(a.extra.items()),
        frozenset(a.uses.items()),
        a.losses,
        frozenset((gate, block) for gate, block in a.blocks.items() if block != (gate, False)),
        *(a.rows, a.gates, a.forward, cuts, a.only_uses, a.only_states, a.only_first, mistake.parts),
    )


def composed(steps: bool) -> Iterator[Mistake]:
    """All of them; `steps`: of several steps, not of one alone."""
    for one in chain.from_iterable(make() for make in (*OF_A_STEP, *(OF_STEPS if steps else ()))):
        if steps or not _of_neighbours(one.altered):
            yield one


def _of_neighbours(a: Altered) -> bool:
    """Whether other steps come in, which a single one has not."""
    return (
        a.forward.startswith("state")
        or a.gates in ("two before", "step before", "first", "input before")
        or any(name[-1] in "<>!" for factor in (*a.factors.values(), *a.extra.values()) for name in factor)
    )


def results(mistakes: Sequence[Mistake], run: Run, dH: Array, dc_T: Array) -> Parts:
    """What each leaves, with a first axis for them."""
    return _followed(mistakes, partial(run.gradients, dH, dc_T))


def _followed(mistakes: Sequence[Mistake], follow: Callable[[Sequence[Altered]], Parts]) -> Parts:
    """The same of what `follow` gives for each alteration, once for each."""
    kinds: dict[int, int] = {}
    altered = [Altered()]
    for one in mistakes:
        if id(one.altered) not in kinds:
            kinds[id(one.altered)] = len(altered)
            altered.append(one.altered)
    found = follow(altered)
    whole = [kinds[id(one.altered)] for one in mistakes]
    return {
        name: part[
            [0 if m.parts and name not in m.parts else k for m, k in zip(mistakes, whole, strict=True)]
        ]
        for name, part in found.items()
    }


MANY = 8  # steps and mistakes from which on a look at the start pays


def possible(mistakes: Sequence[Mistake], run: Run, dH: Array, dc_T: Array, got: Parts) -> Array:
    """Whether each (K) leaves what came back for h_0 and c_0, and of many steps for x_1; of few, always.

    `got` has the names of `results`. First one direction each of h_0 and c_0: it tells most of them apart.
    """
    found = np.ones(len(mistakes), dtype=bool)
    if len(mistakes) < MANY:
        return found
    v = np.cos(np.arange(1.0, 1 + dH.shape[1]))
    ways = np.kron(np.eye(2), v)

    def along(altered: Sequence[Altered]) -> Parts:
        h_0, c_0 = run.response(dH, dc_T, altered, ways)[0].T[..., None]
        return {"h_0": h_0, "c_0": c_0}

    for name, values in _followed(mistakes, along).items():
        found &= _near(values[:, 0], v @ got[name], len(v) * scale_of(got[name]))
    left = np.flatnonzero(found)
    if min(len(dH), len(left)) >= MANY:
        for name, values in _followed([mistakes[int(k)] for k in left], partial(run.start, dH, dc_T)).items():
            found[left] &= _near(values, got[name][: values.shape[1]], scale_of(got[name]))
    return found


def _near(values: Array, got: Array, scale: float) -> Array:
    """Whether each of the values (K, …) may be called equal to what came back."""
    gap = np.abs(values - got).reshape(len(values), -1).max(axis=1)
    return np.asarray(gap <= 2 * RTOL["float64"] * scale)


AtOnce = Callable[..., Parts]


def slips_of(
    mistakes: Iterable[Mistake], at_once: AtOnce, sieve: Callable[..., Array] | None = None
) -> list[Slip]:
    """As slips of an exercise: `at_once` and `sieve` are the slips' `together` and `possible`."""
    return [
        Slip(
            one.name,
            one.sentence,
            one.see,
            partial(_alone, at_once, one),
            of=one,
            together=at_once,
            possible=sieve,
        )
        for one in mistakes
    ]


def _alone(at_once: AtOnce, one: Mistake, *args: Any) -> Parts:
    return {name: part[0] for name, part in at_once([one], *args).items()}
