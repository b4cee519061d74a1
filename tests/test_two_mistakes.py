"""Two banked mistakes in one answer: both are named, or neither; never one of them alone."""

import itertools
import random

import numpy as np
import pytest

from course.compare import difference
from course.exercise import Exercise, Parts, names
from course.grader.bank import Answer, Bank
from course.judging import Run, judge
from course.models import Array
from course.results import Unmet
from tests.conftest import bank_of

FEW, MANY = 8, 400
NATURAL = {  # what one mistake gives as well: no mask, outputs everywhere; another tau, another reach of h_0
    ("masked_forward", frozenset({"mask_ignored", "outputs_everywhere"})),
    ("truncated_bptt", frozenset({"tau_plus_one", "h_0_with_step_one"})),
    ("truncated_bptt", frozenset({"k_beyond_t_minus_tau", "h_0_before_tau"})),
    ("truncated_bptt", frozenset({"assigned_not_added", "h_0_of_the_latest_loss"})),  # assigned throughout
    ("truncated_bptt", frozenset({"never_stops", "carry_into_h_0_always"})),  # no tau
    ("randomized_bptt", frozenset({"loss_weighed", "output_layer_weighed"})),  # the loss weighed throughout
    ("randomized_bptt", frozenset({"everything_weighed", "output_layer_weighed"})),
    ("randomized_bptt", frozenset({"weighed_twice", "output_layer_weighed"})),
    ("lstm_bptt", frozenset({"cell_never_carried", "states_alone"})),  # the weights of all edges are told
    ("clip_by_norm", frozenset({"largest_entry", "root_of_the_factor"})),  # of each the length is wrong
    ("clip_by_norm", frozenset({"root_missing", "root_of_the_factor"})),
    ("clip_by_norm", frozenset({"spectral_norm", "root_of_the_factor"})),
    ("clip_by_norm", frozenset({"sum_of_moduli", "root_of_the_factor"})),
    ("clip_by_norm", frozenset({"norm_of_all", "root_of_the_factor"})),
    ("cell_path", frozenset({"gates_kept_open", "single_precision"})),  # both leave seven digits
    ("cell_path", frozenset({"sums_of_gates", "last_row_zero"})),  # a sum of nothing is 0
    ("complex_step", frozenset({"backward_step", "halved"})),  # -0.5 times what it should be
    ("complex_step", frozenset({"one_column", "next_entry"})),  # every column is the last
    ("forget_symbolic", frozenset({"sign_of_the_exponent", "sign"})),
    ("forget_symbolic", frozenset({"slope_of_tanh", "gate_squashed_by_tanh"})),  # tanh and its slope
    ("jordan_power", frozenset({"beside_uncounted", "uncounted"})),  # both of another power
    ("jordan_power", frozenset({"beside_of_the_power_before", "one_less"})),
    ("rbf", frozenset({"distance_once", "distance_itself"})),  # a response and its own gradient
    ("rbf", frozenset({"width_once", "width_itself"})),
    ("rbf", frozenset({"two_forgotten", "no_half"})),
    ("recurrence", frozenset({"sum_over_future", "indices_exchanged"})),  # P is so from the start
    ("layer_norm", frozenset({"never_centred", "mean_held"})),  # the gradient of what is not centred
    # h_0 gets nothing where nothing is sent to it
    ("BPTT", frozenset({"initial_state_short", "step_1_not_reached"})),
    ("linear_rnn_bptt", frozenset({"transpose_at_h_0", "first_step_left_out"})),
    ("chunked_bptt", frozenset({"cut_everywhere", "h_0_detached"})),
    ("randomized_bptt", frozenset({"draws_one_step_early", "initial_state_forgotten"})),
    ("truncated_bptt", frozenset({"h_0_forgotten", "full_windows_only"})),
    ("truncated_bptt", frozenset({"h_0_forgotten", "own_use_only"})),
    # h_0 counts what the use at step 1 counts, in another mistake too
    ("truncated_bptt", frozenset({"h_0_with_step_one", "h_0_before_the_matrix"})),
    ("truncated_bptt", frozenset({"h_0_with_step_one", "last_losses_only"})),
    ("truncated_bptt", frozenset({"h_0_with_step_one", "slope_of_h_0"})),
    (
        "checkpointed_bptt",  # the wrong rows of X everywhere
        frozenset({"inputs_of_the_first_segment_run_again", "inputs_of_the_first_segment"}),
    ),
}


def both(bank: Bank, first: str, second: str) -> Answer | None:
    """The reference with both edits, if they do not touch the same text."""
    text = bank.answers["reference"].source
    one, other = sorted((bank.edits[n] for n in (first, second)), key=lambda edit: text.index(edit.old))
    start, later = text.index(one.old), text.index(other.old)
    if start + len(one.old) > later:
        return None
    between = text[start + len(one.old) : later]
    source = text[:start] + one.new + between + other.new + text[later + len(other.old) :]
    return Answer(f"{first}+{second}", source, right=False)


def pairs(bank: Bank, count: int) -> list[tuple[str, str]]:
    """Some pairs of the edits of the reference, the same in every run."""
    edits = [name for name, edit in bank.edits.items() if edit.of == "reference"]
    known = list(itertools.combinations(edits, 2))
    return random.Random(bank.exercise).sample(known, min(count, len(known)))


def results(exercise: Exercise, answer: Answer) -> list[Parts]:
    """What the answer gives on the public cases; nothing if it fails in one."""
    run = Run(exercise, answer.local(exercise), exercise.public_cases(), [])
    try:
        return [run.parts(case) for case in run.cases]
    except Unmet:
        return []


def hides(exercise: Exercise, bank: Bank, pair: Answer, one: str) -> bool:
    """Whether the other mistake does not show: every result is that of `one` alone, or right."""
    got, alone, right = (results(exercise, a) for a in (pair, bank.answers[one], bank.answers["reference"]))
    return bool(got and alone) and all(
        alike(g[n], a[n], r[n]) or alike(g[n], r[n], r[n])
        for g, a, r in zip(got, alone, right, strict=True)
        for n in g
    )


def alike(got: Array, other: Array, right: Array) -> bool:
    """Whether they are equal, or both as good as zero beside what is right."""
    if np.shape(got) != np.shape(other):
        return False
    return difference(got, other) is None or np.allclose(got, other, 0, 1e-12 * np.max(np.abs(right)))


def silent(name: str, count: int) -> list[str]:
    """The pairs of which one mistake is named, and the other, which shows, is not."""
    exercise, bank = bank_of(name)
    found = []
    for first, second in pairs(bank, count):
        pair = both(bank, first, second)
        if pair is None or (name, frozenset({first, second})) in NATURAL:
            continue
        told = {d.name for d in judge(exercise, pair.local(exercise), exercise.public_cases()).diagnoses}
        slips = {n: set(bank.answers[n].slip.split()) for n in (first, second)}
        if not told or not told <= set.union(*slips.values()) or all(told & s for s in slips.values()):
            continue
        if not any(told <= slips[n] and hides(exercise, bank, pair, n) for n in (first, second)):
            found.append(f"{name}: {first} and {second} are told {sorted(told)}")
    return found


@pytest.mark.parametrize("name", names())
def test_of_two_mistakes_none_is_silent(name: str) -> None:
    assert not silent(name, FEW)


@pytest.mark.soak
@pytest.mark.parametrize("name", names())
def test_of_two_mistakes_none_is_silent_in_many_pairs(name: str) -> None:
    found = silent(name, MANY)
    assert not found, "\n".join(found)


def test_a_mistake_that_stays_silent_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course.recognise.slips._left_so", lambda *_: True)
    assert any(silent(name, 60) for name in ("truncated_bptt", "chunked_bptt", "masked_forward"))
