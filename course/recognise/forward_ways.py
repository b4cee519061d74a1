"""What arrives at h_t from dh_{t-1}/dW, altered: other products where ∂h_t/∂h_{t-1} = D_t W_hh belongs."""

from course.altered import FORWARD
from course.recognise.carried import Arrives, along

# Name, sentence, and what arrives at h_t.
WAYS: tuple[tuple[str, str, Arrives], ...] = (
    (
        "transpose",
        FORWARD["transpose"],
        lambda c, W, slope, own, last: slope * along(-1, W.T, c),
    ),
    (
        "carry_without_matrix",
        "W_hh is missing in the path through h_{t-1}: ∂h_t/∂h_{t-1} is D_t W_hh.",
        lambda c, W, slope, own, last: slope * c,
    ),
    (
        "slope_behind_matrix",
        "The slope stands behind W_hh: ∂h_t/∂h_{t-1} is D_t W_hh, not W_hh D_t.",
        lambda c, W, slope, own, last: along(-1, W, slope * c),
    ),
    (
        "jacobian_transposed",
        "∂h_t/∂h_{t-1} is transposed: the path goes through W_hh, then through the slope of step t.",
        lambda c, W, slope, own, last: along(-1, W.T, slope * c),
    ),
    (
        "jacobian_missing",
        "The direct derivatives are added as they are: that of an earlier step goes through ∂h_t/∂h_{t-1}.",
        lambda c, W, slope, own, last: c,
    ),
    (
        "matrix_transposed_slope_missing",
        "The path goes through W_hhᵀ alone: ∂h_t/∂h_{t-1} is D_t W_hh.",
        lambda c, W, slope, own, last: along(-1, W.T, c),
    ),
    (
        "slope_on_both_sides",
        "In the path the slope stands on both sides of W_hh: ∂h_t/∂h_{t-1} is D_t W_hh.",
        lambda c, W, slope, own, last: slope * along(-1, W, slope * c),
    ),
    (
        "earlier_slope_again",
        "The path goes through the slope of step t−1 once more: dh_{t-1}/dW holds it already.",
        lambda c, W, slope, own, last: slope * along(-1, W, last * c),
    ),
    (
        "slopes_one_early_behind",
        "In the path the slope of step t−1 stands behind W_hh: ∂h_t/∂h_{t-1} is D_t W_hh.",
        lambda c, W, slope, own, last: along(-1, W, last * c),
    ),
    (
        "kept_and_carried",
        "dh_{t-1}/dW is added once more as it is: it reaches h_t through ∂h_t/∂h_{t-1} alone.",
        lambda c, W, slope, own, last: slope * along(-1, W, c) + c,
    ),
    (
        "kept_and_carried",
        "dh_{t-1}/dW is added once more as it is: it reaches h_t through ∂h_t/∂h_{t-1} alone.",
        lambda c, W, slope, own, last: slope * (along(-1, W, c) + c),
    ),
    (
        "path_twice",
        "The path through h_{t-1} counts twice: it is added once.",
        lambda c, W, slope, own, last: 2 * slope * along(-1, W, c),
    ),
    (
        "matrix_squared",
        "In the path W_hh stands twice: ∂h_t/∂h_{t-1} is D_t W_hh.",
        lambda c, W, slope, own, last: slope * along(-1, W @ W, c),
    ),
)
