"""A gradient as a sum of products, Σ_t w_t · left_t ⊗ right_t, with one of the three altered in one part."""

from collections.abc import Callable
from collections.abc import Sequence as Many
from functools import partial

import numpy as np

from course.models import Array
from course.recognise.claims import Claim
from course.recognise.factors import Factor, deltas, errors, inputs, states
from course.recognise.seen import Seen, telling
from course.recognise.sent_back import OUTPUT, alike, said
from course.recognise.sequences import Sequence
from course.recognise.step_weights import weights
from course.recognise.unrolled import Unrolled

RIGHT_FACTORS: dict[str, Callable[[list[Sequence], bool], tuple[Array, list[Factor]]]] = {
    "W_hx": inputs,
    "W_hh": partial(states, first=0),
    "W_qh": partial(states, first=1),
}


def by_products(seen: Many[Seen], unrolled: Unrolled, parts: Many[str]) -> dict[str, list[Claim]]:
    """By part, the altered factors and weights of steps that give its numbers in every case."""
    names = [name for name, mine in unrolled.names.items() if mine in parts and name != "h_0"]
    alive: dict[str, Array] = {}
    claims: dict[str, list[Claim]] = {name: [] for name in names}
    for one in sorted(seen, key=telling):
        for name, (found, values) in tables(unrolled, one, names).items():
            fits = alike(one.got[unrolled.names[name]], values)
            alive[name] = alive.get(name, True) & fits
            claims[name] = [Claim(f.name, f.sentence, unrolled.see) for f in found]
        names = [name for name in names if alive[name].any()]
    kept = {n: [c for c, fits in zip(claims[n], alive[n], strict=True) if fits] for n in names}
    return {unrolled.names[name]: _told_apart(found) for name, found in kept.items()}


def _told_apart(claims: list[Claim]) -> list[Claim]:
    """Each once. Where nothing is multiplied, what is added up is also what has weights: told is why."""
    added = any(claim.name.endswith("added_up") for claim in claims)
    return [c for c in dict.fromkeys(claims) if not (added and c.name.endswith("by_step"))]


def tables(unrolled: Unrolled, one: Seen, names: Many[str]) -> dict[str, tuple[list[Factor], Array]]:
    """By name, everything that one altered factor gives for a part in one case: (Z, …)."""
    rows = unrolled.sequences(*one.args)
    by_step, by_row = weights(len(rows), [len(s.X) for s in rows])
    batch = bool(unrolled.batch)
    worded = partial(said, error=unrolled.error, length=unrolled.length)
    hidden = deltas(rows, unrolled.right(one.args), unrolled.of_initial(one.args))
    found = {}
    for name in names:
        left, other_left = errors(rows, batch, worded, name == "b_q") if name in OUTPUT else hidden
        weight = by_row if batch else []
        weight = weight if name in OUTPUT else [*by_step, *weight]  # other errors have other weights of steps
        right, other_right = RIGHT_FACTORS[name](rows, batch) if name in RIGHT_FACTORS else (None, [])
        if name == "X":
            left, other_left = (
                left @ rows[0].p.W_hx,
                [Factor(f.name, f.sentence, f.values @ rows[0].p.W_hx) for f in other_left],
            )
        lefts = np.stack([f.values for f in other_left] + [left * w.values[..., None] for w in weight])
        values = lefts if right is None else lefts[..., :, None] * right[..., None, :]
        if other_right:
            rights = np.stack([f.values for f in other_right])
            values = np.concatenate([values, left[..., :, None] * rights[..., None, :]])
        steps = unrolled.steps(one.got)
        found[name] = ([*other_left, *weight, *other_right], unrolled.assembled(name, values, steps))
    return found
