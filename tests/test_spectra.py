"""Problem set 3: figures from outside, and messages that no bank shows."""

import math

import numpy as np
import pytest

from course.exercise import load
from course.judging import judge
from course.problem_sets.ps3 import _exact as exact
from course.problem_sets.ps3 import symmetric_power
from course.problem_sets.ps3._alignment import missed, too_few, too_many
from course.problem_sets.ps3._runs import known_product
from course.problem_sets.ps3.explodes_below_one import log_norm
from course.problem_sets.ps3.grows_then_decays import norms
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


def test_exact_power_of_the_fibonacci_matrix_is_the_golden_ratio_to_that_power() -> None:
    golden = (1 + math.sqrt(5)) / 2
    P, s = exact.power(np.array([[1.0, 1.0], [1.0, 0.0]]), 5000)  # e^2406, far beyond float64
    assert s == pytest.approx(5000 * math.log(golden), rel=1e-15)
    assert P[0, 0] / P[0, 1] == pytest.approx(golden, rel=1e-15)
    assert np.linalg.norm(P, 2) == pytest.approx(1, rel=1e-15)


def test_exact_product_keeps_order_and_tells_zero() -> None:
    rng = np.random.default_rng(0)
    A, B, C = rng.normal(size=(3, 3, 3)) * np.array([1e-200, 1e200, 1.0])[:, None, None]
    P, s = exact.product([A, B, C])
    assert np.exp(s) * P == pytest.approx(A @ B @ C, rel=1e-13)
    above = np.array([[0.0, 1.0], [0.0, 0.0]])
    assert math.isnan(exact.product([above, above])[1])


def test_exact_product_drops_no_bits_that_later_factors_bring_to_the_front() -> None:
    fibonacci, inverse = np.array([[1.0, 1.0], [1.0, 0.0]]), np.array([[0.0, 1.0], [1.0, -1.0]])
    P, s = exact.product([fibonacci] * 3000 + [inverse] * 3000)  # each half has entries of 2083 bits
    assert s == 0
    assert np.array_equal(P, np.eye(2))


def test_bits_are_dropped_within_the_bound_of_the_error() -> None:
    rng = np.random.default_rng(1)
    factors = [exact._whole(A) for A in rng.normal(size=(200, 3, 3))]
    full, short = (exact._product(factors, shorten) for shorten in (lambda whole: whole, exact.Whole.shorter))
    dropped = short.bits - full.bits
    gap = abs(full.N - (short.N << -dropped))
    assert dropped < 0
    assert 0 < gap.max() <= short.error << -dropped
    assert short.certain()


def test_norms_of_the_chapters_example_of_transient_growth() -> None:
    found = norms(np.array([[0.9, 10.0], [0.0, 0.9]]))
    assert found[:2] == pytest.approx([10.1, 18.0], abs=0.05)
    assert found.max() == pytest.approx(38.7, abs=0.05)
    assert found.argmax() + 1 == 9
    assert found[99] == pytest.approx(0.03, abs=0.005)


def test_rate_of_the_chapters_example_of_an_explosion() -> None:
    W = np.array([[2.0, 2.0], [-2.0, -2.0]])
    a = np.arctanh(np.sqrt(1 - np.array([1.0, 0.1])))  # slopes 1 and 0.1: the radius of D W is 1.8
    assert log_norm(W, np.tile(a, (400, 1))) / 400 == pytest.approx(math.log(1.8), abs=0.01)
    assert log_norm(W, np.zeros((2, 2))) == -math.inf


def test_whole_numbers_refuse_what_would_take_minutes() -> None:
    with pytest.raises(ValueError, match="the power 5001 is too large for whole numbers"):
        exact.power(np.eye(3), 5001)
    with pytest.raises(ValueError, match="1000 factors of size 64 are too many"):
        exact.product(1000 * [np.eye(64)])


def test_power_that_takes_long_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    exercise, bank = bank_of("symmetric_power")
    monkeypatch.setattr(symmetric_power, "SECONDS", -1.0)
    verdict = judge(exercise, bank.answers["reference"].local(exercise), exercise.public_cases())
    (lost,) = [outcome for outcome in verdict.outcomes if not outcome.passed]
    assert lost.name == "far"
    assert "takes more than -1 seconds: does it multiply factor by factor?" in lost.message


def test_rate_of_the_network_with_a_known_product_is_that_of_its_jacobians() -> None:
    (p, X, h_0), rate = known_product(np.random.default_rng(5))
    product, log, h = np.eye(40), 0.0, h_0
    for x in X:
        h = np.tanh(p.W_hx @ x + p.W_hh @ h + p.b_h)
        product = (1 - h**2)[:, None] * p.W_hh @ product
        size = np.linalg.norm(product)
        product, log = product / size, log + np.log(size)
    assert rate == pytest.approx((log + np.log(np.linalg.norm(product, 2))) / len(X), rel=1e-13)
    assert rate * len(X) < math.log(np.finfo(float).tiny)  # the product itself underflows
