"""Mistakes in some results of an LSTM's backward pass alone: see `course.altered_lstm`."""

from course.altered_lstm import HERE, LSTMSlip


def _slopes_missing_in(*parts: str) -> tuple[LSTMSlip, tuple[str, ...]]:
    name = f"slopes_missing_in_{'_and_'.join(parts)}"
    said = " and ".join(f"∂L/∂{part}" for part in parts)
    sentence = f"In {said} the gates' slopes are missing: ∂L/∂i_t stands where ∂L/∂a^i_t belongs, and so on."
    return LSTMSlip(name, sentence, slope="missing", slope_g="missing"), parts


def _rows_of_the_bias(order: str) -> tuple[LSTMSlip, tuple[str, ...]]:
    said = f"In ∂L/∂b you have the rows in the order {', '.join(order)}; {HERE}."
    return LSTMSlip(f"rows_{order}_in_b", said, rows=order), ("b",)


PART_SLIPS = (
    (
        LSTMSlip(
            "later_state",
            "h_t is used where h_{t-1} belongs: W_h multiplies the state before the step.",
            state_used="after",
        ),
        ("W_h",),
    ),
    *[_slopes_missing_in(*parts) for parts in (("W_x",), ("W_h",), ("b",), ("W_x", "W_h", "b"))],
    *map(_rows_of_the_bias, ("figo", "ifog", "igfo", "fiog")),
)
