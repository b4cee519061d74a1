"""Mistakes in the forward pass of a batch with padding."""

from functools import partial

import numpy as np

from course.exercise import Slip
from course.problem_sets.ps2._masked_laws import as_if, by_mask, given, whole
from course.problem_sets.ps2._masked_outputs import (
    before_masking,
    falling,
    in_order,
    of_states,
    outputs_alone,
    sorted_by,
    upto,
)
from course.problem_sets.ps2._masked_runs import (
    KEEPS,
    MASKS,
    PREFIX,
    STARTS,
    STEPS,
    kept,
    moved,
    real,
    run,
    unmasked,
    zeroed,
)

SEE = "Batches and masks"


SLIPS: tuple[Slip, ...] = (
    Slip(
        "unmasked",
        "The state runs on into the padding: there it should stay as it is.",
        SEE,
        unmasked,
        as_if(whole),
    ),
    Slip(
        "zeroed",
        "The state is zero in the padding: a mask that multiplies forgets h_{t-1}, which should be kept.",
        SEE,
        zeroed,
        as_if(),
    ),
    *[
        Slip(name, sentence, SEE, partial(outputs_alone, change), as_if(taken))
        for name, sentence, change, taken in (
            (
                "one_step_long",
                "The mask is one step too long: step t is real for t ≤ lengths[n], counted from 1.",
                lambda O, t, lengths, p: upto(O, t <= lengths + 1),
                lambda lengths, T: np.minimum(lengths + 1, T),
            ),
            (
                "one_step_short",
                "The mask is one step too short: step t is real for t ≤ lengths[n], counted from 1.",
                lambda O, t, lengths, p: upto(O, t < lengths),
                lambda lengths, T: lengths - 1,
            ),
            (
                "bias_in_the_padding",
                "O is b_q in the padding; it is zero there.",
                lambda O, t, lengths, p: np.where((t <= lengths)[:, :, None], O, p.b_q),
                given,
            ),
            (
                "output_in_the_padding",
                "O goes on in the padding with the last real output; it is zero there.",
                lambda O, t, lengths, p: O[np.minimum(t, lengths) - 1, np.arange(len(lengths))],
                given,
            ),
            (
                "output_bias_missing",
                "b_q is missing in O.",
                lambda O, t, lengths, p: upto(O - p.b_q, t <= lengths),
                given,
            ),
            (
                "lengths_falling",
                "The lengths are sorted, and the sequences are not: lengths[n] belongs to sequence n.",
                lambda O, t, lengths, p: upto(O, t <= np.sort(lengths)[::-1]),
                lambda lengths, T: np.sort(lengths)[::-1],
            ),
        )
    ],
)
COMPOSED: tuple[Slip, ...] = (
    *[
        Slip(
            name,
            f"{MASKS[name][0]}: step t of sequence n is real for t ≤ lengths[n].",
            SEE,
            partial(
                outputs_alone, lambda O, t, lengths, p, taken=taken: upto(O, t <= taken(lengths, len(O)))
            ),
            as_if(taken),
        )
        for name, taken in PREFIX.items()
    ],
    *[
        Slip(
            name,
            f"{said}: step t of sequence n is real for t ≤ lengths[n].",
            SEE,
            partial(run, mask, moved, kept, lambda h: h),
            by_mask(mask),
        )
        for name, (said, mask) in MASKS.items()
    ],
    *[
        Slip(
            name,
            f"At a real step {said}: h_t is tanh(W_hx x_t + W_hh h_{{t-1}} + b_h).",
            SEE,
            partial(run, real, step, kept, lambda h: h),
            as_if(),
        )
        for name, (said, step) in STEPS.items()
    ],
    *[
        Slip(
            name,
            f"In the padding the state {said}: it stays as it is.",
            SEE,
            partial(run, real, moved, keep, lambda h: h),
            as_if(),
        )
        for name, (said, keep) in KEEPS.items()
    ],
    *[
        Slip(
            f"starts_with_{name}",
            f"The run starts with {said}: sequence n starts with h_0[n].",
            SEE,
            partial(run, real, moved, kept, start),
            as_if(),
        )
        for name, (said, start) in STARTS.items()
    ],
    *[
        Slip(
            "order_not_restored",
            "The sequences come out sorted by their lengths: bring them back into the order given.",
            SEE,
            partial(in_order, order),
            as_if(partial(sorted_by, order)),
        )
        for order in (falling,)
    ],
    *[
        Slip(f"output_{name}", f"{said}: o_t is W_qh h_t + b_q.", SEE, partial(of_states, change), as_if())
        for name, said, change in (
            ("of_the_state_before", "O is made of h_{t-1}", lambda p, t, H: H[t - 1] @ p.W_qh.T + p.b_q),
            ("squashed", "tanh is taken of O", lambda p, t, H: np.tanh(H[t] @ p.W_qh.T + p.b_q)),
            ("bias_twice", "b_q is added twice", lambda p, t, H: H[t] @ p.W_qh.T + 2 * p.b_q),
            ("of_the_first_state", "O is made of h_0", lambda p, t, H: H[0] @ p.W_qh.T + p.b_q),
            ("of_the_bias_alone", "O is b_q alone", lambda p, t, H: 0 * H[t] @ p.W_qh.T + p.b_q),
        )
    ],
    Slip(
        "output_before_masking",
        "In the padding O is made of what the step gives before the mask; it is zero there.",
        SEE,
        before_masking,
        as_if(),
    ),
)
