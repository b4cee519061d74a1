"""Problem set 3: figures from outside, and messages that no bank shows."""

import math

import pytest

from course.exercise import load
from course.judging import judge
from course.problem_sets.ps3.steps_to_align import missed, too_few, too_many
from tests.conftest import bank_of


@pytest.mark.parametrize(
    ("k", "few", "many"), [(58, True, False), (59, False, False), (60, False, False), (61, False, True)]
)
def test_accepted_steps_lie_between_the_exact_law_and_the_theorem(k: int, few: bool, many: bool) -> None:
    args = (1.0, 0.9, 10, 0.1, 0.05)  # the exact law asks for 58.3 steps, the theorem for 59.04
    assert (too_few(k, *args), too_many(k, *args)) == (few, many)


def test_chance_to_miss_is_that_of_the_arcsine_law_in_the_plane_and_uniform_in_space() -> None:
    for k, eta in ((0, 0.3), (3, 0.8)):
        cosine = math.cos(math.atan(math.tan(eta) / 0.5**k))
        assert missed(k, 1.0, 0.5, 2, eta, 0.1) == pytest.approx(2 / math.pi * math.asin(cosine), rel=1e-12)
        assert missed(k, 1.0, 0.5, 3, eta, 0.1) == pytest.approx(cosine, rel=1e-12)  # Archimedes


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("degrees", "η is in radians: your k would be right in degrees"),
        ("chance_to_hit", "your k would be right for a chance of 1 − δ"),
        ("squared_ratio", "your k would be right for its square"),
    ],
)
def test_a_misread_argument_is_named(answer: str, says: str) -> None:
    exercise, bank = bank_of("steps_to_align")
    target = bank.answers[answer].local(exercise)
    verdict = judge(exercise, target, load("steps_to_align").public_cases())
    assert any(says in outcome.message for outcome in verdict.outcomes)
