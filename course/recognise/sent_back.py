"""Which altered errors explain an answer: those of every step, sent back through the right rules.

Every gradient is linear in the errors. The gradients of unit errors, each by the use that it goes through,
are taken once; a whole table of altered errors is then one product.
"""

from collections.abc import Sequence as Many

import numpy as np

from course.compare import RTOL, agree
from course.models import Array
from course.recognise.claims import Claim, worded
from course.recognise.errors import altered
from course.recognise.outputs import Error
from course.recognise.seen import Seen, telling, wrong_parts
from course.recognise.sequences import Sequence, Terms, basis, lengthened, terms, with_errors
from course.recognise.unrolled import Unrolled

OUTPUT = ("W_qh", "b_q")


def of_units(s: Sequence, alpha: Array, initial: Array) -> Terms:
    """By name, the gradient of unit j of the error at step t, by use k: (T, q, K, …), counted by alpha."""
    T = len(s.X)
    found = [terms(with_errors(s, np.tile(unit, (T, 1)))) for unit in basis(len(s.p.b_q))]
    made = {}
    for name in found[0]:
        term = np.stack([one[name] for one in found], axis=1)
        if name in (*OUTPUT, "h_0"):
            counts = initial[:T] if name == "h_0" else np.ones(T)
            made[name] = (term * counts.reshape(T, *[1] * (term.ndim - 1)))[:, :, None]
        else:
            made[name] = term * alpha[:T, :T].reshape(T, 1, T, *[1] * (term.ndim - 3))
    return made


def table(unrolled: Unrolled, seen: Seen, errors: Array) -> dict[str, Array]:
    """The parts for every table of errors (Z, B, T, q), under the exercise's names: (Z, …)."""
    rows, T = (unrolled.sent or unrolled.sequences)(*seen.args), errors.shape[2]
    alpha, initial = np.tri(T), np.ones(T)
    if unrolled.sent is None:
        alpha, initial = unrolled.right(seen.args), unrolled.of_initial(seen.args)
    units = [of_units(s, alpha, initial) for s in rows]
    steps, found = unrolled.steps(seen.got), {}
    for name, mine in unrolled.names.items():
        values = []
        for b, one in enumerate(units):
            T, q, uses, *shape = one[name].shape
            value = errors[:, b, :T].reshape(-1, T * q) @ one[name].reshape(T * q, -1)
            values.append(value.reshape(-1, uses, *shape))
        width = max(value.shape[1] for value in values)
        values = [lengthened(value, width, axis=1) for value in values]
        found[mine] = unrolled.assembled(name, np.stack(values, axis=1), steps)
    return found


def errors_of(unrolled: Unrolled, one: Seen) -> list[tuple[Error, Array]]:
    """All altered errors, of equal lengths (B, T, q)."""
    found = altered(unrolled.sequences(*one.args), bool(unrolled.batch))
    more = unrolled.more_errors(*one.args) if unrolled.more_errors else []
    T = max(table.shape[1] for _, table in [*found, *more])
    return [(error, lengthened(e, T, axis=1)) for error, e in [*found, *more]]


def alike(got: Array, values: Array) -> Array:
    """Which of `values` (Z, …) the part equals."""
    flat = values.reshape(len(values), -1)
    scale = np.abs(flat).max(axis=1, initial=0.0)
    gap = np.abs(got.reshape(1, -1) - flat).max(axis=1, initial=0.0)
    return np.asarray(gap <= RTOL["float64"] * np.where(scale > 0, scale, 1.0))


def by_errors(seen: Many[Seen], unrolled: Unrolled) -> tuple[Claim, ...]:
    """The altered errors that explain every part in every case.

    What the errors give in the output layer may be right: there, other code makes them. Then the claim is of
    the other parts.
    """
    wrong, mine = wrong_parts(seen), unrolled.names
    hidden = [part for name, part in mine.items() if name not in OUTPUT]
    outputs = [mine[name] for name in OUTPUT if name in mine]
    if not set(wrong) & set(hidden) or not set(wrong) <= {*hidden, *outputs}:
        return ()
    alive: dict[str, Array] = {}
    as_right, everything = dict.fromkeys(outputs, True), list(seen[0].want)
    for one in sorted(seen, key=telling):
        errors = errors_of(unrolled, one)
        values = table(unrolled, one, np.stack([table for _, table in errors]))
        fits = {part: alike(one.got[part], value) for part, value in values.items()}
        alive = {part: alive.get(part, True) & fit for part, fit in fits.items()}
        for part in outputs:
            as_right[part] &= agree(one.got[part], one.want[part])
        explains = np.logical_and.reduce([alive[p] | as_right.get(p, False) for p in fits])
        if not explains.any():
            return ()
    found: dict[Claim, bool] = {}
    for k in np.flatnonzero(explains):
        error = errors[k][0]
        text = f"{error.sentence} {unrolled.asked.get(error.name, '')}".rstrip()
        claim = Claim(error.name, said(text, unrolled.error, unrolled.length), unrolled.see)
        throughout = all(alive[part][k] for part in outputs)
        found[worded(claim, everything if throughout else wrong, everything)] = True
    return tuple(found)


def said(sentence: str, error: str, length: str) -> str:
    """The sentence, of this exercise's errors and lengths."""
    inside = error if error.startswith(("∂", "dH")) else error[0].lower() + error[1:]
    return sentence.replace("{e}", error if sentence.startswith("{e}") else inside).replace("{T}", length)
