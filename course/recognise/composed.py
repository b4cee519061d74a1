"""More local rules: every kind of slope in the carry alone and at the uses alone, and other ways to carry."""

from dataclasses import replace

from course.recognise.rules import BACK, RULES, USES, Rule

SLOPES = tuple(
    Rule(name, sentence, USES, slope=slope)
    for name, sentence, slope in (
        (
            "slope_one_late",
            "The slope of step t is taken at h_{t+1}: it is 1 − h_t², at the state after the step.",
            "one_late",
        ),
        (
            "slope_of_the_last_step",
            "The slope of the last step is used at every step: that of step t is 1 − h_t².",
            "last",
        ),
        ("slope_of_relu", "The slope is that of a ReLU, 0 or 1; tanh has 1 − h_t².", "relu"),
        (
            "slope_of_sigmoid_of_a",
            "The slope σ(a_t)(1 − σ(a_t)) is that of a sigmoid; tanh has 1 − h_t².",
            "sigmoid_of_a",
        ),
        ("slope_is_square", "h_t² stands where the slope 1 − h_t² belongs.", "square"),
        ("slope_is_state", "h_t stands where the slope 1 − h_t² belongs.", "state"),
        ("slope_root", "The slope is 1 − h_t², not its root.", "root"),
    )
)
CARRIES = (
    Rule(
        "matrix_twice",
        "W_hhᵀ is applied twice on the way from step to step: δ_t reaches h_{t-1} as W_hhᵀ δ_t.",
        BACK,
        carry="twice",
    ),
    Rule(
        "carry_negative",
        "What goes back from step t has the wrong sign: δ_t reaches h_{t-1} as W_hhᵀ δ_t.",
        BACK,
        carry="negative",
    ),
)


def in_carry(rule: Rule) -> Rule:
    """The same slope, but on the way from step to step alone."""
    sentence = f"{rule.sentence} This is so on the way from step to step alone."
    return replace(rule, name=f"{rule.name}_in_carry", sentence=sentence, see=BACK, where="carry")


def at_uses(rule: Rule) -> Rule:
    """The same slope, but where weights and inputs act alone."""
    sentence = (
        f"{rule.sentence} This is so at weights and inputs alone: from step to step the slope is right."
    )
    return replace(rule, name=f"{rule.name}_at_uses", sentence=sentence, where="use")


# Those that are written by mistake at one place only. Without a slope there, both have a name:
# carry_unsloped and use_unsloped.
PARTLY = (
    *("slope_twice", "slope_of_state", "slope_from_value", "slope_one_early", "slope_not_squared"),
    *("slope_plus", "slope_one_late"),
)
ALTERED = tuple(r for r in (*RULES, *SLOPES) if r.name in PARTLY)
COMPOSED = (*SLOPES, *CARRIES, *map(in_carry, ALTERED), *map(at_uses, ALTERED))
