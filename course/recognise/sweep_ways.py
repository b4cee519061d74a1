"""Mistakes of a backward sweep that leave some of its places right: the way to h_0, or all but one step."""

from dataclasses import dataclass, replace

from course.models import Array
from course.recognise.composed import ALTERED, SLOPES
from course.recognise.loop_ways import INITIAL
from course.recognise.loops import Parts, Run, Walk, Way, under, unlike
from course.recognise.rules import BACK, RIGHT, RULES, USES, Rule

BETWEEN = "This is so from step to step alone: in ∂L/∂h_0 it is right."


@dataclass(frozen=True)
class FirstAndLater(Rule):
    """One rule at step 1, where h_0 enters, and another at all later steps."""

    first: Rule = RIGHT
    later: Rule = RIGHT

    def at(self, t: int) -> Rule:
        """The rule of that step."""
        return self.later if t else self.first


def but_for_h_0(rule: Rule) -> Rule:
    """The rule from step to step; what goes on to h_0 is right."""
    name, sentence = f"{rule.name}_but_for_h_0", f"{rule.sentence} {BETWEEN}"
    return FirstAndLater(name, sentence, BACK, later=rule)


CARRIES = [rule for rule in RULES if rule.name in ("carry_unsloped", "slope_behind_matrix")]
SLOPED = [replace(rule, where="carry") for rule in dict.fromkeys((*ALTERED, *SLOPES))]
UNSLOPED = next(rule for rule in RULES if rule.name == "use_unsloped")


def _unsloped_at(run: Run, step: int) -> tuple[Array, Array]:
    """The walk without the slope of one step."""
    slopes = run.slopes()
    slopes[step] = 1.0
    return run.walk(Walk(own=slopes, between=slopes, use=slopes))


def _last(run: Run) -> Parts:
    return run.parts(_unsloped_at(run, -1))


def _first(run: Run) -> Parts:
    return run.parts(_unsloped_at(run, 0))


MISSING = "The factor tanh′(a_t) = 1 − h_t² is missing at the {} step; at the others it is there."
SWEEPS: list[Way] = [
    *under(map(but_for_h_0, (*CARRIES, *SLOPED))),
    *under(
        [
            FirstAndLater(
                "use_unsloped_and_h_0",
                "∂L/∂h_t is used where ∂L/∂a_t belongs, for ∂L/∂h_0 too: all of these act before the tanh.",
                USES,
                first=replace(UNSLOPED, carry="unsloped"),
                later=UNSLOPED,
            )
        ]
    ),
    ("slope_missing_at_the_last_step", MISSING.format("last"), BACK, _last),
    ("slope_missing_at_the_first_step", MISSING.format("first"), BACK, _first),
    (
        "initial_state_unsloped",
        "∂L/∂h_0 is made of ∂L/∂h_1, without the slope of step 1: it is W_hhᵀ ∂L/∂a_1.",
        INITIAL,
        unlike(h_0=lambda run: _unsloped_at(run, 0)[1].sum(axis=0)),
    ),
    (
        "error_beside",
        "What the output error of step t gives to h_t goes to h_{t-1} unchanged too: it enters at h_t alone.",
        BACK,
        lambda run: run.parts(run.walk(Walk(early=True))),
    ),
]
