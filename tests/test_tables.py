"""Mistakes of a table: no two are one, each gets its own name, and in single results it is told which."""

import numpy as np
import pytest

from course.compare import scale_of
from course.exercise import Exercise, Parts
from course.models import Array
from course.recognise.claims import Claim
from course.recognise.explain import InParts
from course.recognise.seen import Seen
from course.recognise.tables import Table, look_up
from tests.conftest import bank_of

TABLED = (
    "gru_step_backward",
    "cell_jacobian",
    "cell_path",
    "highway",
    "layer_norm",
    "tied_matrices",
    "state_jacobian",
    "recurrence",
    "scan_gradient",
    "tied_pair",
    "tied_convolution",
    "gru_step",
    "clip_by_global_norm",
)


def of(name: str) -> tuple[Exercise, Table]:
    exercise = bank_of(name)[0]
    assert exercise.table is not None
    return exercise, exercise.table


def seen(exercise: Exercise, got: list[Parts]) -> list[Seen]:
    assert exercise.oracle is not None
    cases = exercise.public_cases()
    return [Seen(case.args, one, exercise.oracle(*case.args)) for case, one in zip(cases, got, strict=True)]


def told(exercise: Exercise, table: Table, got: list[Parts]) -> list[str]:
    found = look_up(seen(exercise, got), table)
    return [claim.name for claim in found.whole]


@pytest.mark.parametrize("name", TABLED)
def test_the_public_cases_tell_every_mistake_from_the_others_and_from_what_is_right(name: str) -> None:
    exercise, table = of(name)
    every, rows = np.arange(len(table.claims)), []
    for case in exercise.public_cases():
        values, right = table.values(every, *case.args), exercise.oracle(*case.args)  # type: ignore[misc]
        scaled = [
            (np.concatenate([right[part][None], values[part]]) / scale_of(right[part])).reshape(
                len(every) + 1, -1
            )
            for part in values
        ]
        rows.append(np.concatenate(scaled, axis=1))
    numbers = np.concatenate(rows, axis=1)
    names = ["right", *(claim.name for claim in table.claims)]
    alike = [
        (names[i], names[j])
        for i in range(1, len(names))
        for j in np.flatnonzero(np.abs(numbers[:i] - numbers[i]).max(axis=1) < 1e-9)
        if names[i] != names[j]
    ]
    assert not alike


@pytest.mark.parametrize("name", TABLED)
def test_a_mistake_of_the_table_gets_its_own_name(name: str) -> None:
    exercise, table = of(name)
    cases, every = exercise.public_cases(), np.arange(len(table.claims))
    values = [table.values(every, *case.args) for case in cases]
    for k in every[:: max(1, len(every) // 20)]:
        got = [{part: value[k] for part, value in one.items()} for one in values]
        assert told(exercise, table, got) == [table.claims[k].name]


def gru_in(parts: set[str], mistake: str) -> tuple[dict[str, list[str]], list[str]]:
    """What is told if the mistake is at work in those results: by part, and in all."""
    exercise, table = of("gru_step_backward")
    (k,) = [k for k, claim in enumerate(table.claims) if claim.name == mistake]
    got = []
    for case in exercise.public_cases():
        value, right = table.values(np.array([k]), *case.args), exercise.oracle(*case.args)  # type: ignore[misc]
        got.append({part: value[part][0] if part in parts else right[part] for part in right})
    found = look_up(seen(exercise, got), table)
    return {n: [c.name for c in claims] for n, claims in found.by_part.items()}, [c.name for c in found.whole]


def test_a_mistake_in_one_result_is_told_by_what_alters_the_fewest() -> None:
    both = "rows_zrn_of_x", "rows_zrn"  # they give the same dx
    assert gru_in({"dx"}, both[1]) == ({"dx": [both[0]]}, [])
    everything = {"W_x", "W_h", "b_x", "b_h", "dx", "dh"}
    assert gru_in(everything, both[1])[1] == [both[1]]
    assert gru_in({"W_x", "W_h", "b_x", "b_h"}, both[1])[0]["W_x"] == [both[1]]


def test_numbers_that_are_nan_are_no_mistake_of_the_table() -> None:
    exercise, table = of("gru_step_backward")
    got: list[Parts] = []
    for case in exercise.public_cases():
        right: dict[str, Array] = exercise.oracle(*case.args)  # type: ignore[misc]
        got.append({part: np.full_like(value, np.nan) for part, value in right.items()})
    found = look_up(seen(exercise, got), table)
    assert not found.whole
    assert not any(found.by_part.values())


def jacobian_with(change: object) -> list[str]:
    exercise, _ = of("cell_jacobian")
    got = []
    for case in exercise.public_cases():
        J = exercise.oracle(*case.args)["J"].copy()  # type: ignore[misc]
        change(J, len(J) // 2)  # type: ignore[operator]
        got.append({"J": J})
    found = look_up(seen(exercise, got), exercise.table)  # type: ignore[arg-type]
    assert not found.whole
    pieces = InParts(found.apart, None, {}, {}, [{}] * len(got))
    return [claim.name for claim in pieces.named(found.by_part)]


def test_a_piece_of_a_result_is_told_by_its_shape_or_by_the_table() -> None:
    def turned(J: Array, n: int) -> None:
        J[n:, :n] = J[n:, :n].T.copy()

    def shown(J: Array, n: int) -> None:
        J[:n, n:] = -J[:n, n:]

    def noisy(J: Array, n: int) -> None:
        J[n:, :n] += 1e-3 * np.arange(n)

    assert jacobian_with(turned) == ["transposed@∂c_t/∂h_{t-1}"]
    assert len(jacobian_with(shown)) == 1
    assert jacobian_with(noisy) == []


def test_a_mistake_of_the_table_goes_before_the_shape_of_the_error() -> None:
    right = {"da": np.array([1.0, 2.0, -0.5]), "db": np.array([[0.3, 4.0, 1.5]])}
    doubled = [Seen((), {name: 2 * part for name, part in right.items()}, right)]
    pieces = InParts(doubled, None, {}, {}, [{}])
    assert [claim.name for claim in pieces.named({})] == ["twice"]
    known = Claim("both_ways", "Two ways are taken where there is one.")
    assert pieces.named({"da": [known], "db": [known]}) == (known,)
    assert [claim.name for claim in pieces.named({"da": [known]})] == ["twice"]


def test_other_values_of_a_step_are_never_told_of_one_result() -> None:
    exercise, table = of("cell_jacobian")
    k = len(table.claims) - 1
    assert table.alone is not None
    assert k >= table.alone
    got = []
    for case in exercise.public_cases():
        J, n = exercise.oracle(*case.args)["J"].copy(), len(case.args[2])  # type: ignore[misc]
        J[:n, :n] = table.values(np.array([k]), *case.args)["J"][0, :n, :n]
        got.append({"J": J})
    found = look_up(seen(exercise, got), table)
    assert not found.whole
    assert not any(found.by_part.values())
