"""Sweeps, forward passes and batches that are wrong in one place: that is named, and nothing else."""

import pytest

from tests.conftest import told_of

Edit = tuple[str, str]
CARRY, DELTA = "carry = p.W_hh.T @ dA[t]", "dA[t] = (1 - H[t + 1] ** 2) * dh"
MASK, MEAN = "np.arange(T)[:, None] < lengths", "errors / lengths[:, None] / N"
OF_BATCH = "np.einsum('tni,tnj->ij', dA, H[:-1])".replace("'", '"')


@pytest.mark.parametrize(
    ("edit", "name"),
    [
        ((CARRY, f"{CARRY} if t == 0 else p.W_hh.T @ dh"), "carry_unsloped_but_for_h_0"),
        (
            (CARRY, f"{CARRY} if t == 0 else p.W_hh.T @ ((1 - H[t] ** 2) * dh)"),
            "slope_one_early_but_for_h_0",
        ),
        (
            (
                f"{DELTA}\n        {CARRY}",
                f"{DELTA}\n        {CARRY} if t else p.W_hh.T @ dh\n        dA[t] = dh",
            ),
            "use_unsloped_and_h_0",
        ),
        ((DELTA, "dA[t] = (1 - H[t + 1] ** 2) * dh if t else dh"), "slope_missing_at_the_first_step"),
        (("return grads, carry,", "return grads, p.W_hh.T @ dh,"), "initial_state_unsloped"),
        (("p.W_hx @ X[t] +", "p.W_hx @ X[t - 1] +"), "forward_inputs_before"),
        (("(H[1:] @ p.W_qh.T + p.b_q - Y)", "(H[:-1] @ p.W_qh.T + p.b_q - Y)"), "outputs_of_states_before"),
        (("(H[1:] @ p.W_qh.T + p.b_q - Y)", "(H[-1] @ p.W_qh.T + p.b_q - Y)"), "one_output"),
        (("dA.sum(axis=0)", "1 + dA.sum(axis=0)"), "begins_at_ones@b_h"),
    ],
)
def test_the_place_of_a_sweep_is_named(edit: Edit, name: str) -> None:
    assert [d.name for d in told_of("rnn_bptt", edit)] == [name]


@pytest.mark.parametrize(
    ("edit", "name"),
    [
        ((MASK, f"{MASK}.max() + 0 * lengths"), "mask_of_the_longest"),
        ((MASK, f"({MASK}) & (np.arange(N) > 0)"), "sequence_missing"),
        ((MEAN, "errors / lengths[:, None] ** 2 / N"), "length_twice"),
        ((MEAN, "errors / max(T - 1, 1) / N"), "padded_mean_of_one_less"),
        (("- Y, 0.0", "- Y[:, np.argsort(-lengths)], 0.0"), "targets_of_others"),
        (("return grads, carry,", "return grads, carry[[np.argsort(lengths)[-1]] * N],"), "one_row_of_h_0"),
        (("np.tanh(X[t] @", "np.tanh(X[t, [0] * N] @"), "inputs_of_one"),
        ((OF_BATCH, OF_BATCH.replace("H[:-1]", "H[[-1, *range(T - 1)]]")), "state_before"),
    ],
)
def test_what_belongs_to_other_sequences_is_named(edit: Edit, name: str) -> None:
    assert [d.name for d in told_of("masked_bptt", edit)] == [name]


@pytest.mark.parametrize(
    ("edit", "name"),
    [
        (("dA.T @ H[:-1],", "np.outer(dA.sum(axis=0), H[0]),"), "checkpoint_at_every_step"),
        (
            (
                "if t % every == 0:\n            checkpoints.append(h)\n        h = np.tanh("
                "p.W_hx @ X[t] + p.W_hh @ h + p.b_h)",
                "if t == 0:\n            checkpoints.append(h)\n        h = np.tanh("
                "p.W_hx @ X[t] + p.W_hh @ h + p.b_h)\n"
                "        if t % every == 0 and t + every < T:\n            checkpoints.append(h)",
            ),
            "checkpoint_one_late",
        ),
    ],
)
def test_what_a_segment_reads_is_named(edit: Edit, name: str) -> None:
    assert [d.name for d in told_of("checkpointed_bptt", edit)] == [name]


@pytest.mark.parametrize("more", [("dA @ p.W_hx", "(dA + 1e-3) @ p.W_hx"), ("dO.sum(axis=0)", "dO[0] ** 2")])
def test_a_sweep_is_named_only_if_nothing_else_is_wrong(more: Edit) -> None:
    assert told_of("rnn_bptt", (CARRY, f"{CARRY} + p.W_qh.T @ dO[t]"), more) == []


@pytest.mark.parametrize(
    ("name", "edit", "sentence"),
    [
        (
            "masked_bptt",
            (MEAN, "errors / (lengths[:, None] + 1) / N"),
            "The losses are divided by lengths[n] + 1, not by lengths[n].",
        ),
        ("rnn_bptt", ("- Y) / T", "- Y) / (T + 1)"), "The losses are divided by T + 1, not by T."),
    ],
)
def test_the_length_that_divides_is_the_exercises_own(name: str, edit: Edit, sentence: str) -> None:
    assert [d.sentence for d in told_of(name, edit)] == [sentence]


def test_a_part_that_has_a_name_gets_no_second_one_of_a_sweep() -> None:
    ones = ("dA.sum(axis=0)", "1 + dA.sum(axis=0)")
    unsloped = ("dA @ p.W_hx", "dA / (1 - H[1:] ** 2) @ p.W_hx")
    assert [d.name for d in told_of("rnn_bptt", ones, unsloped)] == ["begins_at_ones@b_h", "use_unsloped@dX"]
