"""Local rules of a backward pass through the tanh RNN, each with one thing altered.

A rule is applied forwards, to tangents, so that it gives what a wrong backward pass would give and shows
none. Source of the idea of altered graphs: Griewank & Walther, "Evaluating Derivatives" (2008), ch. 3.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course.models import Array
from course.recognise.claims import Claim


@dataclass(frozen=True)
class Rule:
    """One local rule: its name and sentence, where to read, and what is altered."""

    name: str
    sentence: str
    see: str
    transpose: bool = True  # False: W_hh δ for W_hhᵀ δ
    at_start: bool = True  # False: the step from h_1 to h_0 has the right matrix all the same
    slope: str = "tanh"  # see `slope_of`
    where: str = (
        "both"  # the slope is altered in the "carry" alone, at each "use" of weights and inputs alone
    )
    state_used: str = "before"  # "after": h_t for h_{t-1} at W_hh
    # "unsloped", "late_slope", "summed", "negative": see `step`; "slope_first", "bare", "twice": `arriving`
    carry: str = "right"
    use_slope: bool = True  # False: ∂L/∂h_t where ∂L/∂a_t belongs, at weights and inputs only
    output_state: str = "after"  # "before": h_{t-1} for h_t at W_qh

    def at(self, t: int) -> "Rule":
        """The rule at step t (from 0); others may be altered at some steps alone."""
        return self

    def arriving(self, slope: Array, carried: Array, W: Array) -> Array:
        """What `carried` of h_{t-1} brings to a_t, as rows (n, h); W is W_hhᵀ if it is right."""
        if self.carry == "bare":
            return carried
        if self.carry == "twice":
            return carried @ W @ W
        return (slope * carried if self.carry == "slope_first" else carried) @ W

    def kind(self, where: str) -> str:
        """The kind of slope that stands there: in the "carry", or at a "use"."""
        return self.slope if self.where in ("both", where) else "tanh"

    def step(
        self, slope: Array, carry: Array, entering: Array, arriving: Array, carried: Array
    ) -> tuple[Array, Array]:
        """The tangent of h_t, and the tangent that goes on to step t+1.

        `entering` comes through the weights and input of step t, `arriving` is W_hh times `carried`
        in the right rule; `slope` and `carry` are the slopes that they meet.
        """
        if self.carry == "late_slope":
            return slope * (entering + arriving), entering + arriving
        if self.carry == "negative":
            arriving = -arriving
        after = slope * entering if self.use_slope else entering
        after = after + (arriving if self.carry in ("unsloped", "slope_first") else carry * arriving)
        return after, after + carried if self.carry == "summed" else after


def slope_of(kind: str, a: Array, before: Array, later: Array, last: Array) -> Array:
    """The derivative of tanh at a_t, as a slip would have it, from h_{t-1}, h_{t+1} and h_T."""
    h = np.tanh(a)
    kinds: dict[str, Callable[[], Array]] = {
        "tanh": lambda: 1 - h**2,
        "missing": lambda: np.ones_like(a),
        "twice": lambda: (1 - h**2) ** 2,
        "of_state": lambda: 1 - np.tanh(h) ** 2,
        "from_value": lambda: 1 - a**2,
        "one_early": lambda: 1 - before**2,
        "sigmoid": lambda: h * (1 - h),
        "not_squared": lambda: 1 - h,
        "plus": lambda: 1 + h**2,
        "negative": lambda: h**2 - 1,
        "one_late": lambda: 1 - later**2,
        "last": lambda: 1 - last**2,
        "relu": lambda: 1.0 * (h > 0),
        "sigmoid_of_a": lambda: (1 - np.tanh(a / 2) ** 2) / 4,
        "square": lambda: h**2,
        "state": lambda: h,
        "root": lambda: np.sqrt(1 - h**2),
    }
    return kinds[kind]()


BACK, USES = "Backward in time", "Weights and biases"
SCALED = Claim(
    "carry_scaled",
    "What goes back from step to step is multiplied by one more number: only W_hhᵀ and the slope belong "
    "there.",
    BACK,
)
RIGHT = Rule("right", "", "")
RULES = (
    Rule(
        "transpose",
        "W_hh is used where W_hhᵀ belongs, or the other way round: δ_t reaches h_{t-1} as W_hhᵀ δ_t.",
        BACK,
        transpose=False,
    ),
    Rule(
        "transpose_in_the_sweep",
        "From step to step W_hh stands where W_hhᵀ belongs, or the other way round; in ∂L/∂h_0 it is right.",
        BACK,
        transpose=False,
        at_start=False,
    ),
    Rule("slope_missing", "The factor tanh′(a_t) = 1 − h_t² is missing.", USES, slope="missing"),
    Rule("slope_twice", "The factor tanh′(a_t) is applied twice.", USES, slope="twice"),
    Rule(
        "slope_of_state",
        "tanh′ is taken at h_t instead of a_t: as h_t is tanh(a_t) already, the slope is 1 − h_t².",
        USES,
        slope="of_state",
    ),
    Rule(
        "slope_from_value",
        "The slope is 1 − h_t², with h_t = tanh(a_t), not 1 − a_t².",
        USES,
        slope="from_value",
    ),
    Rule(
        "slope_one_early",
        "The slope of step t is taken at h_{t-1}: it is 1 − h_t², at the state after the step.",
        USES,
        slope="one_early",
    ),
    Rule(
        "slope_of_sigmoid",
        "The slope h_t(1 − h_t) is that of a sigmoid; tanh has 1 − h_t².",
        USES,
        slope="sigmoid",
    ),
    Rule("slope_not_squared", "The slope is 1 − h_t², not 1 − h_t.", USES, slope="not_squared"),
    Rule("slope_negative", "The slope has the wrong sign: it is 1 − h_t².", USES, slope="negative"),
    Rule("slope_plus", "The slope is 1 − h_t², not 1 + h_t².", USES, slope="plus"),
    Rule(
        "later_state",
        "h_t is used where h_{t-1} belongs: W_hh multiplies the state before the step.",
        USES,
        state_used="after",
    ),
    Rule(
        "carry_unsloped",
        "What goes back to h_{t-1} skips the slope: it is W_hhᵀ ∂L/∂a_t, not W_hhᵀ ∂L/∂h_t.",
        BACK,
        carry="unsloped",
    ),
    Rule(
        "carry_after_slope",
        "What arrives from step t+1 skips the slope: both parts of ∂L/∂h_t are multiplied by 1 − h_t².",
        BACK,
        carry="late_slope",
    ),
    Rule(
        "carry_summed",
        "What goes back from step t is added to what came from step t+1: it should replace that.",
        BACK,
        carry="summed",
    ),
    Rule(
        "carry_without_matrix",
        "W_hhᵀ is missing on the way from step to step: δ_t reaches h_{t-1} as W_hhᵀ δ_t.",
        BACK,
        carry="bare",
    ),
    Rule(
        "slope_behind_matrix",
        "From h_t to h_{t-1} the slope comes after the matrix, D_t W_hhᵀ: it belongs before it, W_hhᵀ D_t.",
        BACK,
        carry="slope_first",
    ),
    Rule(
        "use_unsloped",
        "∂L/∂h_t is used where ∂L/∂a_t belongs: weights and inputs act before the tanh.",
        USES,
        use_slope=False,
    ),
    Rule(
        "output_state_before",
        "h_{t-1} is used where h_t belongs in ∂L/∂W_qh: the output reads the state after the step.",
        USES,
        output_state="before",
    ),
)
