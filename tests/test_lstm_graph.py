"""Many altered gradients of an LSTM at once are those of one at a time, and no two names mean the same."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

from course.altered_lstm import RIGHT, LSTMSlip
from course.compare import alike, difference
from course.exercise import Slip, load
from course.judging import judge
from course.lstm_atoms import GATES
from course.lstm_carried import CARRIED_SLIPS, LAST_STEPS, PASSED_SLIPS
from course.lstm_family import composed, key
from course.lstm_graph import Altered
from course.lstm_known import as_altered
from course.lstm_many import Run
from course.lstm_parts import PART_SLIPS
from course.lstm_slips import STEP_SLIPS
from course.recognise.confirm import long_cases
from tests.conftest import bank_of
from tests.one_by_one import altered_gradients

SLIPS: tuple[LSTMSlip, ...] = (
    *(RIGHT, *STEP_SLIPS, *PASSED_SLIPS, *CARRIED_SLIPS, *LAST_STEPS[:3]),
    *(replace(slip, at_uses=True) for slip, _ in PART_SLIPS),
)
EXERCISES = ("lstm_step_backward", "lstm_bptt")


def test_many_at_once_are_those_of_one_at_a_time() -> None:
    rng = np.random.default_rng(4)
    for case in load("lstm_bptt").draw(7)[:4]:
        p, X, dH, h_0, c_0 = case.args
        dc = rng.normal(size=c_0.shape)
        found = Run(p, X, h_0, c_0).gradients(dH, dc, [as_altered(slip) for slip in SLIPS])
        for k, slip in enumerate(SLIPS):
            for name, want in altered_gradients(p, X, dH, dc, h_0, c_0, slip).items():
                assert difference(found[name][k], want) is None, (slip.name, name)


def of_family(name: str) -> list[Slip]:
    exercise = load(name)
    assert exercise.composed is not None
    return [slip for slip in (*exercise.slips, *exercise.composed()) if slip.together]


@pytest.mark.parametrize("steps", [False, True])
def test_no_two_composed_mistakes_alter_the_same(steps: bool) -> None:
    by_key = defaultdict(list)
    for one in composed(steps):
        by_key[key(one)].append(one.name)
    assert not [names for names in by_key.values() if len(names) > 1]


@pytest.mark.parametrize("name", EXERCISES)
def test_different_mistakes_differ_on_the_public_cases(name: str) -> None:
    slips = of_family(name)
    own = {key(slip.of) for slip in load(name).slips if slip.of}
    composed_ones = [slip for slip in slips if key(slip.of) not in own]
    numbers: dict[int, list[bytes]] = defaultdict(list)
    for case in load(name).public_cases():
        assert slips[0].together is not None
        found = slips[0].together([slip.of for slip in composed_ones], *case.args)
        sizes = {n: np.max(np.abs(part)) or 1.0 for n, part in load(name).oracle(*case.args).items()}  # type: ignore[misc]
        for k in range(len(composed_ones)):
            numbers[k].append(b"".join(np.round(found[n][k] / sizes[n], 9).tobytes() for n in sorted(found)))
    alike_ones = defaultdict(set)
    for k, slip in enumerate(composed_ones):
        alike_ones[b"".join(numbers[k])].add(slip.name)
    assert not [names for names in alike_ones.values() if len(names) > 1]


@pytest.mark.parametrize("name", EXERCISES)
def test_composed_names_and_sentences_can_be_read(name: str) -> None:
    for slip in of_family(name):
        assert not set(slip.name) & set("<>!′ "), slip.name
        assert slip.sentence.endswith((".", "?")), slip.sentence
        assert not set(slip.sentence) & set("<>!{}") - set("{}"), slip.sentence
        assert slip.sentence.count("(") == slip.sentence.count(")"), slip.sentence


def test_a_batch_is_compared_as_each_of_it() -> None:
    rng = np.random.default_rng(0)
    got = rng.normal(size=(3, 2))
    one_off = got + 1e-6 * (got == got[1, 1])
    values = np.stack([got, one_off, got + 1e-13, got + 1e-6, 0 * got, got * np.nan, 2 * got])
    assert list(alike(got, values)) == [difference(got, value) is None for value in values]
    assert list(alike(0 * got, 0 * values[:1])) == [True]


def test_the_look_at_the_start_lets_every_mistake_pass_and_few_others() -> None:
    slips = of_family("lstm_bptt")[::9]
    args = load("lstm_bptt").public_cases()[-1].args
    assert slips[0].together is not None
    assert slips[0].possible is not None
    ofs = [slip.of for slip in slips]
    found = slips[0].together(ofs, *args)
    for k in range(0, len(slips), 5):
        may_be = slips[0].possible(ofs, {name: part[k] for name, part in found.items()}, *args)
        assert may_be[k], slips[k].name
        assert may_be.sum() < len(slips) / 2


EDITS = (  # none of them is banked
    ("np.tanh(C[t + 1])", "np.tanh(C[t - 1])", "y0_before_for_y"),
    ("dh * y * o * (1 - o)", "dh * g * o * (1 - o)", "o_h:g"),
    ("dc * g * i * (1 - i)", "dc * f * i * (1 - i)", "i_c:f"),
    ("dc * C[t] * f", "dc * H[t] * f", "f_c:h0"),
    ("dh * o * (1", "dh * f * (1", "c_h:f"),
    ("dc * i * (1 - g**2)", "dc * i * (1 - g**2) ** 2", "a_g:1-g2*1-g2"),
    ("delta.T @ H[:-1]", "delta.T @ C[:-1]", "W_h_reads_cell_before"),
    ("delta_g = dc *", "delta_g = -dc *", "a_g:-1"),
    ("dh = p.W_h.T @ delta[t]", "dh = p.W_h.T @ delta[t] if t else dh", "start_of_h_0"),
    ("dh * y * o", "(dh - dH[t]) * y * o", "o_of_later_steps"),
    (
        "i * (1 - i)\n        delta_f = dc * C[t] * f * (1 - f)",
        "f * (1 - f)\n        delta_f = dc * C[t] * i * (1 - i)",
        "slopes_of_i_and_f_exchanged",
    ),
    ("delta @ p.W_x", "delta[:, :n] @ p.W_x[:n]", "without_fgo_in_x"),
    ("y**2)\n        delta_i", "y) ** 2\n        delta_i", "c_h:1-y*1-y_for_slope"),
    (
        "    H, C = lstm_forward(",
        "    p = p._replace(b=np.concatenate([p.b[:-len(h_0)], p.b[: len(h_0)]]))\n    H, C = lstm_forward(",
        "bias_of_i_at_o",
    ),
    ("        delta_i = dc", "        dc = dc * o\n        delta_i = dc", "i+f+g+c:times_o"),
)


@pytest.mark.parametrize(("old", "new", "name"), EDITS, ids=[name for *_, name in EDITS])
def test_a_mistake_that_nobody_banked_is_named(old: str, new: str, name: str) -> None:
    exercise, bank = bank_of("lstm_bptt")
    answer = bank.answers["reference"]
    assert answer.source.count(old) == 1
    wrong = replace(answer, source=answer.source.replace(old, new), right=False)
    told = [d.name for d in judge(exercise, wrong.local(exercise), exercise.public_cases()).diagnoses]
    assert told == [name]


@pytest.mark.parametrize(("when", "names"), [("t == T - 15", ["cut_once"]), ("t == {0} - 15", [])])
def test_a_cut_that_one_case_shows_is_asked_for_again(when: str, names: list[str]) -> None:
    exercise, bank = bank_of("lstm_bptt")
    T = len(exercise.public_cases()[-1].args[1])
    assert any(len(args[1]) != T for args in long_cases(exercise, lambda args: len(args[1])))
    cut = f"        dh, dc = (0 * dh, 0 * dc) if {when.format(T)} and T > 12 else (dh, dc * f)\n"
    answer = bank.answers["reference"]
    assert answer.source.count("        dc = dc * f\n") == 1
    source = answer.source.replace("        dc = dc * f\n", cut)
    wrong = replace(answer, source=source, right=False)
    told = [d.name for d in judge(exercise, wrong.local(exercise), exercise.public_cases()).diagnoses]
    assert told == names


def test_what_is_right_is_no_mistake() -> None:
    run_args = load("lstm_bptt").public_cases()[1].args
    p, X, dH, h_0, c_0 = run_args
    found = Run(p, X, h_0, c_0).gradients(dH, 0 * c_0, [Altered(), Altered(rows=GATES)])
    want = load("lstm_bptt").oracle(*run_args)  # type: ignore[misc]
    assert all(difference(found[n][1], want[n]) is None for n in ("W_x", "W_h", "b"))
