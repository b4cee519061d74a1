"""Tables of altered errors and factors: no two mistakes in them have the same numbers, and none is right."""

import itertools

import numpy as np
import pytest

from course.exercise import load
from course.grader.bank import Answer
from course.judging import judge
from course.models import Array
from course.recognise.products import tables
from course.recognise.seen import Seen
from course.recognise.sent_back import alike, errors_of, table
from tests.conftest import bank_of, told_of
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


def named(name: str, *edits: tuple[str, str]) -> list[str]:
    return [diagnosis.name for diagnosis in told_of(name, *edits)]


OF_STATES = "W_hx+W_hh+b_h+dh_0+dX"
SENT, USED = "p.W_qh.T @ dO[t] + carry", "dO.T @ H[1:]"


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ((SENT, "p.W_qh.T @ dO[t - 1] + carry"), [f"error_before@{OF_STATES}"]),  # the output layer is right
        (("    dA = np", "    dO = dO[[-1, *range(T - 1)]]\n    dA = np"), ["error_before"]),  # it is not
        ((USED, "np.abs(dO).T @ H[1:]"), ["error_without_sign@W_qh"]),  # the states are right
        ((SENT, "p.W_qh.T @ (dO[t] + 1e-3) + carry"), []),
    ],
)
def test_errors_are_named_wherever_they_go(edit: tuple[str, str], told: list[str]) -> None:
    assert named("rnn_bptt", edit) == told


CARRY = "carry = p.W_hh.T @ dA[t]"


@pytest.mark.parametrize(
    ("factor", "told"),
    [
        ("0.5", ["carry_scaled"]),
        ("1 / T", ["carry_scaled"]),
        ("-1", ["carry_negative"]),
        ("(0.5 if T > 5 else 1)", []),  # one number in one case is no rule
        ("(0.5 if t > 1 else 1)", []),
    ],
)
def test_scaled_carry_is_the_same_in_every_step_and_case(factor: str, told: list[str]) -> None:
    assert named("rnn_bptt", (CARRY, f"{CARRY} * {factor}")) == told


def test_one_altered_factor_and_another_mistake_are_both_named_or_none() -> None:
    shifted, plain = ("dA.T @ X,", "dA.T @ np.roll(X, 1, axis=0),"), ("dA.sum(axis=0)", "(dA**2).sum(axis=0)")
    twice = ("dA.sum(axis=0)", "2 * dA.sum(axis=0)")
    assert named("rnn_bptt", shifted, plain) == []
    assert named("rnn_bptt", shifted, twice) == ["input_before@W_hx", "twice@b_h"]


@pytest.mark.parametrize(
    ("where", "told"),
    [("carry = p.W_hh.T @ (s * dA[t])", "slope_twice_in_carry"), (CARRY, "slope_twice_at_uses")],
)
def test_slopes_are_named_with_their_place(where: str, told: str) -> None:
    term = "dA[t] = (1 - H[t + 1] ** 2) * dh"
    new = f"s = 1 - H[t + 1] ** 2\n        {term}\n        {where}"
    if told.endswith("uses"):
        new += "\n        dA[t] *= s"
    assert named("rnn_bptt", (f"{term}\n        {CARRY}", new)) == [told]


def test_factor_is_worded_for_what_is_summed_and_what_is_not() -> None:
    exercise, bank = bank_of("rnn_bptt")
    source = bank.answers["reference"].source.replace("dA @ p.W_hx", "dA @ p.W_hx / T")
    verdict = judge(exercise, Answer("mean", source, False).local(exercise), exercise.public_cases())
    assert [d.sentence for d in verdict.diagnoses] == [
        "dX: T times too small. It is divided by the number of steps once too often."
    ]
