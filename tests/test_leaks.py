"""What a function has seen of hidden cases does not come out through the report of its mistakes.

A student's process meets the hidden cases of one exercise before the next exercise is judged. Here 200
submissions, each with hidden cases of its own, keep the first number they saw (the secret), and choose
mistakes that encode it: in later exercises, and in the hidden cases themselves.
"""

import dataclasses
import json
from collections import defaultdict
from collections.abc import Callable

import numpy as np
import pytest

from course.calls import Failure, Reply
from course.common_checks import further_case
from course.exercise import Case, load
from course.grader.judged.outputs import points, without_numbers
from course.judging import judge
from course.recognise.further import path_cases
from course.report import as_data, as_html, as_text
from course.verdict import Verdict
from tests.conftest import answer_of, bank_of

SUBMISSIONS, NAME = 200, "rnn_bptt"
exercise = load(NAME)
PUBLIC = exercise.public_cases()
Encoder = Callable[[Reply, float, int], Reply]  # a right reply, the secret, and which case it is


def scaled(reply: Reply, factor: Callable[[np.ndarray], np.ndarray]) -> Reply:
    """The reply with every gradient of a weight changed so."""
    grads, *others = reply.value
    return dataclasses.replace(reply, value=(type(grads)(*[factor(g) for g in grads]), *others))


def by_a_mistake(reply: Reply, secret: float, case: int) -> Reply:
    """One of four mistakes that have a name: two bits."""
    kinds = [lambda g: -g, lambda g: 2 * g, lambda g: 0 * g, lambda g: g + 1]
    return scaled(reply, kinds[int(1e6 * secret) % 4])


def in_places(reply: Reply, secret: float, case: int) -> Reply:
    """In which gradients the mistake is."""
    grads, *others = reply.value
    bits = int(1e6 * secret)
    made = [2 * g if bits >> i & 1 else g for i, g in enumerate(grads)]
    return dataclasses.replace(reply, value=(type(grads)(*made), *others))


def from_case(reply: Reply, secret: float, case: int) -> Reply:
    """In which case the first mistake is."""
    return scaled(reply, lambda g: -g) if case == int(1e6 * secret) % len(PUBLIC) else reply


def raises(reply: Reply, secret: float, case: int) -> Reply:
    """What is raised, and in which line."""
    kind, line = ["ValueError", "KeyError", "IndexError"][int(1e6 * secret) % 3], int(1e6 * secret) % 1000
    return dataclasses.replace(reply, value=None, failure=Failure("raised", kind, "", line))


def in_a_triangle(reply: Reply, secret: float, case: int) -> Reply:
    """How often the loss of step t counts through the use at step 1: the picture shows it."""
    assert exercise.unrolled is not None
    grads, *others = reply.value
    through_first = exercise.unrolled.through_W_hh(reply.after)[:, 0].sum(0)
    worse = grads._replace(W_hh=grads.W_hh + secret * through_first)
    return dataclasses.replace(reply, value=(worse, *others))


def of_shape(reply: Reply, secret: float, case: int) -> Reply:
    """The shape of a result."""
    return scaled(reply, lambda g: np.zeros(int(1e4 * secret)))


NUMBERS: dict[str, Encoder] = {  # the secret stands in what is measured
    "a factor": lambda reply, secret, case: scaled(reply, lambda g: (1 + secret) * g),
    "a factor for each case": lambda reply, secret, case: scaled(
        reply, lambda g: (1 + secret / (1 + case)) * g
    ),
    "a limit": lambda reply, secret, case: scaled(reply, lambda g: np.clip(g, -0.01 * secret, 0.01 * secret)),
    "a floor": lambda reply, secret, case: scaled(reply, lambda g: np.maximum(g, 1e-3 * secret)),
    "a number added": lambda reply, secret, case: scaled(reply, lambda g: g + secret),
    "a triangle": in_a_triangle,
}
CHOICES: dict[str, Encoder] = {"a mistake": by_a_mistake, "its places": in_places}  # of what has a name
HIDDEN: dict[str, Encoder] = {"the case": from_case, "an exception": raises, "a shape": of_shape}


class Sender:
    """Right, until it knows the secret; from then on wrong as the encoder says, in the cases it chooses."""

    printed = ""

    def __init__(self, encode: Encoder, secret: float, hidden: bool) -> None:
        _, banked = answer_of(NAME, "reference")
        self.honest, self.encode, self.secret, self.hidden = banked.local(exercise), encode, secret, hidden
        self.public = [case.args[1].tobytes() for case in PUBLIC]
        kept = further_case(exercise).args[1]
        further = [PUBLIC[-1].args[1] / 2, kept / 2, kept, *[args[1] for args in path_cases(exercise)]]
        self.shown = [*self.public, *[X.tobytes() for X in further]]
        self.met: list[bytes] = []

    def call(self, args: tuple[np.ndarray, ...]) -> Reply:
        reply, data = self.honest.call(args), args[1].tobytes()
        if self.hidden:  # hidden cases come one after another; public ones are answered right
            if data in self.shown:
                return reply
            if data not in self.met:
                self.met.append(data)
            return self.encode(reply, self.secret, self.met.index(data))
        return self.encode(reply, self.secret, self.public.index(data) if data in self.public else 99)

    def held(self) -> list[object]:
        return self.honest.held()


def shown_of(verdict: Verdict) -> str:
    """All that a feedback page, a gradebook and a class report get of a verdict."""
    told = without_numbers(verdict)
    return json.dumps([as_text(told, exercise), as_html(told, exercise), as_data(told), points(verdict, 8.0)])


def known_by_name(verdict: Verdict) -> tuple[object, ...]:
    """Pass or fail of each claim, and the names of mistakes: what may be told."""
    return (tuple(o.passed for o in verdict.outcomes), tuple(d.name for d in verdict.diagnoses))


def secrets(submissions: int) -> list[float]:
    """The first input of each submission's first hidden case, as a positive number."""
    drawn = [exercise.draw(10_000 + n)[0].args[1].flat[0] for n in range(submissions)]
    assert len(set(drawn)) == submissions
    return [abs(float(x)) + 1e-3 for x in drawn]


def reports(
    encode: Encoder, submissions: int, hidden: bool
) -> tuple[dict[tuple[object, ...], set[str]], int]:
    """What each submission is shown, by what may be told; and how many reports there would be unmasked."""
    by_key, bare = defaultdict(set), set()
    bank_of(NAME)  # its oracle answers each case once
    unseen: list[Case] = exercise.draw(5)[:6] if hidden else []
    for secret in secrets(submissions):
        verdict = judge(exercise, Sender(encode, secret, hidden), PUBLIC, unseen)
        by_key[known_by_name(verdict)].add(shown_of(verdict))
        bare.add(as_text(verdict, exercise))
    return by_key, len(bare)


def alike(told: dict[tuple[object, ...], set[str]]) -> bool:
    """Whether the same claims and names give the same report."""
    return all(len(shown) == 1 for shown in told.values())


def many(short: int) -> pytest.MarkDecorator:
    """A few submissions in the short run, 200 in the long one."""
    return pytest.mark.parametrize("submissions", [short, pytest.param(SUBMISSIONS, marks=pytest.mark.soak)])


@many(20)
@pytest.mark.parametrize("way", NUMBERS)
def test_no_number_of_a_later_exercise_tells_what_was_seen(way: str, submissions: int) -> None:
    told, unmasked = reports(NUMBERS[way], submissions, hidden=False)
    assert alike(told)
    assert len(told) <= 3
    assert unmasked > submissions / 2  # the secret was there to be told


@many(20)
@pytest.mark.parametrize("way", CHOICES)
def test_a_chosen_mistake_tells_its_name_alone(way: str, submissions: int) -> None:
    told, _ = reports(CHOICES[way], submissions, hidden=False)
    assert alike(told)
    assert len(told) > 2


@many(10)
@pytest.mark.parametrize("way", NUMBERS | CHOICES | HIDDEN)
def test_hidden_cases_tell_no_more_than_pass_or_fail(way: str, submissions: int) -> None:
    told, _ = reports((NUMBERS | CHOICES | HIDDEN)[way], submissions, hidden=True)
    assert alike(told)
    assert not any(names for _, names in told)
