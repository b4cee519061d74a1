"""Tables of altered errors and factors: no two mistakes in them have the same numbers, and none is right."""

import itertools

import numpy as np
import pytest

from course.exercise import load
from course.models import Array
from course.recognise.explain import Seen
from course.recognise.products import tables
from course.recognise.sent_back import alike, errors_of, table
from tests.test_banks import cases_of

TABLED = ("rnn_bptt", "linear_rnn_bptt", "masked_bptt", "untied_gradients", "BPTT")
LINEAR = {  # where a state is its own sum before the tanh, and has no slope
    ("linear_rnn_bptt", name)
    for name in ("state_unsquashed", "output_state_unsquashed", "own_error_unsloped", "carry_alone")
}


def seen(name: str, seed: int) -> list[Seen]:
    """The cases with the right results."""
    exercise = load(name)
    assert exercise.oracle is not None
    drawn = cases_of(exercise, seed)
    return [Seen(c.args, right, right) for c in drawn for right in [exercise.oracle(*c.args)]]


def same_everywhere(columns: list[tuple[list[str], Array]]) -> list[tuple[str, str]]:
    """Pairs of names with equal values in all cases; each column has names and values (Z, n) of one case."""
    names = columns[0][0]
    equal = np.ones((len(names), len(names)), dtype=bool)
    for _, values in columns:
        equal &= np.stack([alike(one, values) for one in values])
    pairs = itertools.combinations(range(len(names)), 2)
    return sorted({(names[i], names[j]) for i, j in pairs if equal[i, j] and names[i] != names[j]})


@pytest.mark.parametrize("name", TABLED)
@pytest.mark.parametrize("seed", range(3))
def test_altered_errors_are_told_apart(name: str, seed: int) -> None:
    unrolled, columns = load(name).unrolled, []
    assert unrolled is not None
    for one in seen(name, seed):
        errors = errors_of(unrolled, one)
        values = table(unrolled, one, np.stack([e for _, e in errors]))
        flat = [
            np.concatenate([one.want[n][None], v]).reshape(1 + len(errors), -1) for n, v in values.items()
        ]
        columns.append((["right", *[e.name for e, _ in errors]], np.concatenate(flat, axis=1)))
    assert same_everywhere(columns) == []


@pytest.mark.parametrize("name", TABLED)
@pytest.mark.parametrize("seed", range(3))
def test_altered_factors_are_told_apart(name: str, seed: int) -> None:
    unrolled = load(name).unrolled
    assert unrolled is not None
    parts = [part for part in unrolled.names if part != "h_0"]
    found = [(one, tables(unrolled, one, parts)) for one in seen(name, seed)]
    for part in parts:
        columns = []
        for one, by_part in found:
            factors, values = by_part[part]
            want = one.want[unrolled.names[part]][None]
            flat = np.concatenate([want, values]).reshape(1 + len(values), -1)
            columns.append((["right", *[f.name for f in factors]], flat))
        pairs = same_everywhere(columns)
        odd = [p for p in pairs if not any((name, n) in LINEAR for n in p)]
        if part in ("b_h", "b_q", "X"):  # of which one is told: `by_products`
            odd = [p for p in odd if not (p[0].endswith("added_up") and p[1].endswith("by_step"))]
        assert odd == [], part
