"""A checker that is weakened on purpose is noticed: the banks of answers turn red."""

import dataclasses
from collections.abc import Iterator
from itertools import chain

import numpy as np
import pytest

import course.compare
from course import draws
from course.exercise import Case, Exercise, names
from course.judging import judge
from tests.conftest import bank_of
from tests.test_banks import cases_of, complaints

# Judged by values from an oracle; and by laws.
VALUED = [name for name in names() if bank_of(name)[0].oracle is not None]
ANY = list(names())
STEPPED = [
    "rnn_bptt",
    "BPTT",
    "recurrence",
    "linear_rnn_bptt",
    "masked_forward",
    "masked_bptt",
    "rtrl",
    "untied_gradients",
    "lag_norms",
]
# Another check, or a tolerance of the exercise's own, refuses every small error of the bank once more.
TWICE = ("symmetric_power", "clip_by_norm")
RECURRENT = [
    "rnn_bptt",
    "BPTT",
    "direct_and_total",
    "linear_rnn_bptt",
    "masked_bptt",
    "state_jacobian",
    "rtrl",
    "checkpointed_bptt",
    "tied_matrices",
    "untied_gradients",
    "lyapunov",
    "lag_norms",
    "truncated_bptt",
    "chunked_bptt",
    "randomized_bptt",
    "lstm_step_backward",
    "lstm_bptt",
    "cell_jacobian",
    "gru_step",
    "gru_step_backward",
]


def all_complaints(exercise: Exercise, cases: list[Case], first: str = "") -> Iterator[str]:
    """What the bank says against the exercise as it is now; first those answers that lose a certain check."""
    _, bank = bank_of(exercise.name)
    for answer in sorted(bank.answers.values(), key=lambda a: first not in a.loses):
        yield from complaints(exercise, answer, judge(exercise, answer.local(exercise), cases))


@pytest.mark.parametrize("name", VALUED)
def test_oracle_with_the_wrong_sign_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    exercise, _ = bank_of(name)
    oracle = exercise.oracle
    assert oracle is not None
    monkeypatch.setattr(exercise, "oracle", lambda *a: {k: -v for k, v in oracle(*a).items()})
    reference = bank_of(name)[1].answers["reference"]
    verdict = judge(exercise, reference.local(exercise), cases_of(exercise, 0))
    assert complaints(exercise, reference, verdict)


@pytest.mark.parametrize("name", [name for name in VALUED if name not in TWICE])
def test_tolerance_of_one_percent_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    exercise, _ = bank_of(name)
    exact = course.compare.difference
    monkeypatch.setattr("course.judging.difference", lambda got, want, rtol=1e-2: exact(got, want, rtol))
    found = all_complaints(exercise, cases_of(exercise, 0))
    if name == "BPTT":  # its single precision is refused by torch itself; the mutants are all large
        found = chain(_small_errors(exercise), found)
    assert any("passed=True" in c for c in found)


def _small_errors(exercise: Exercise) -> list[str]:
    """The reference with every gradient 0.1 % too large."""
    _, bank = bank_of(exercise.name)
    reference = bank.answers["reference"]
    source = reference.source.replace("return dW_hx, dW_hh,", "return dW_hx * 1.001, dW_hh,")
    assert source != reference.source
    answer = dataclasses.replace(reference, name="small_error", source=source, right=False)
    return complaints(exercise, answer, judge(exercise, answer.local(exercise), cases_of(exercise, 0)))


def test_small_error_is_refused_by_the_tolerance_as_it_stands() -> None:
    exercise, _ = bank_of("BPTT")
    assert not any("passed=True" in c for c in _small_errors(exercise))


@pytest.mark.parametrize("name", STEPPED)
def test_a_single_step_is_not_enough(name: str) -> None:
    exercise, _ = bank_of(name)
    only = [case for case in cases_of(exercise, 0) if case.name == "T=1"]
    assert any("passed=True" in c for c in all_complaints(exercise, only))


@pytest.mark.parametrize("name", RECURRENT)
def test_symmetric_weights_are_not_enough(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    exercise, _ = bank_of(name)
    drawn = draws.recurrent_matrix

    def symmetric(rng: np.random.Generator, h: int) -> np.ndarray:
        W = drawn(rng, h)
        return (W + W.T) / 2

    monkeypatch.setattr(draws, "recurrent_matrix", symmetric)
    found = all_complaints(exercise, cases_of(exercise, 0))
    assert any("transpose" in c and "passed=True" in c for c in found)


@pytest.mark.parametrize("name", ANY)
def test_a_check_that_never_fails_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    exercise, _ = bank_of(name)
    for number, check in enumerate(exercise.checks):
        dull = dataclasses.replace(check, test=lambda run: None)
        with monkeypatch.context() as patch:
            patch.setattr(
                exercise, "checks", [*exercise.checks[:number], dull, *exercise.checks[number + 1 :]]
            )
            assert any(all_complaints(exercise, cases_of(exercise, 0), check.name)), (
                f"{name}: nobody misses the check {check.name}"
            )
