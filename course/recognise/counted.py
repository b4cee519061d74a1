"""The gradients of one sequence, its paths counted as a pattern says."""

import numpy as np

from course.models import Array
from course.recognise.patterns import ALL, Pattern
from course.recognise.rules import Rule
from course.recognise.sequences import Sequence, Terms

Parts = dict[str, Array]


def gradient(
    s: Sequence, answers: tuple[Array, Array], rule: Rule, pattern: Pattern, wanted: list[str]
) -> Parts:
    """What one row gives, from how its losses answer to each step: every use multiplies what it reads."""
    (_, before, after), T = s.values, len(s.X)
    of_a, of_h_0 = answers
    reads = {"W_hx": s.X, "W_hh": before if rule.state_used == "before" else after}
    deltas: dict[str, Array] = {}
    found = {}
    for name in wanted:
        chosen = pattern if name in pattern.parts else ALL
        if name in ("W_qh", "b_q"):
            table = s.read_before if rule.output_state == "before" else s.read_after
            terms = table[name]
            found[name] = terms.sum(axis=0) if chosen is ALL else np.tensordot(chosen.of_output(T), terms, 1)
        elif name == "h_0":
            found[name] = of_h_0.sum(axis=0) if chosen is ALL else chosen.of_initial(T) @ of_h_0
        else:
            if chosen.name not in deltas:
                deltas[chosen.name] = of_a.sum(axis=0) if chosen is ALL else chosen.weighed(of_a)
            delta = deltas[chosen.name]
            if name in reads:
                found[name] = delta.T @ reads[name]
                continue
            found[name] = delta.sum(axis=0) if name == "b_h" else delta @ s.p.W_hx
    return found


def counted(found: Terms, pattern: Pattern) -> Parts:
    """The same of terms that are there already."""
    T = len(next(iter(found.values())))
    result, triangles = {}, {one: one.triangle(T) for one in (ALL, pattern)}
    for name, term in found.items():
        chosen = pattern if name in pattern.parts else ALL
        alpha = triangles[chosen]
        if name in ("W_qh", "b_q"):
            result[name] = np.tensordot(chosen.of_output(T), term, 1)
        elif name == "X":
            result[name] = np.einsum("tk,tkd->kd", alpha, term)
        else:
            result[name] = chosen.of_initial(T) @ term if name == "h_0" else np.tensordot(alpha, term, 2)
    return result
