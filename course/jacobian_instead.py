"""What may stand where a factor of the Jacobian of an LSTM's step belongs, and what is right there."""

from course.altered_jacobian import EDGES
from course.altered_lstm import GATES

SAID = {
    "kept": "the factor ∂⁺c_t/∂c_{t-1} = f",
    "by_i": "the factor ∂c_t/∂i_t = g",
    "by_f": "the factor ∂c_t/∂f_t = c_{t-1}",
    "by_g": "the factor ∂c_t/∂g_t = i",
    "by_o": "the factor ∂h_t/∂o_t = tanh(c_t)",
    **{f"slope_{gate}": f"the slope ∂{gate}_t/∂a^{gate}_t = {EDGES[f'slope_{gate}']}" for gate in GATES},
    "shown": "the factor o of ∂h_t/∂c_t",
    "slope_c": "the factor 1 − tanh²(c_t) of ∂h_t/∂c_t",
}
INSTEAD = {
    "kept": (
        *(
            "1",
            "i",
            "o",
            "g",
            "1 − f",
            "f²",
            "f (1 − f)",
            "1 + f",
            "f + c_{t-1} f (1 − f)",
            "σ′(f)",
            "a^f",
            "0",
        ),
        *("f c_{t-1}", "f tanh(c_t)", "f o", "i f", "i g", "−f"),
    ),
    "by_i": ("1", "i", "f", "o", "c_{t-1}", "h_{t-1}", "a^g", "−g", "g²", "1 − g²", "i g", "tanh(c_t)", "0"),
    "by_f": (
        "1",
        "c_t",
        "h_{t-1}",
        "h_t",
        "g",
        "f",
        "i",
        "tanh(c_{t-1})",
        "tanh(c_t)",
        "f c_{t-1}",
        "−c_{t-1}",
        "0",
    ),
    "by_g": ("1", "g", "f", "o", "1 − i", "1 − f", "i²", "i g", "c_{t-1}", "a^i", "0"),
    "by_o": (
        "1",
        "c_t",
        "c_{t-1}",
        "tanh(c_{t-1})",
        "h_t",
        "h_{t-1}",
        "o",
        "g",
        "tanh²(c_t)",
        "1 − tanh²(c_t)",
        "0",
    ),
    "shown": ("1", "0", "f", "i", "g", "1 − o", "o²", "o (1 − o)", "tanh(c_t)", "f o", "i o", "h_t", "−o"),
    "slope_c": (
        *(
            "1",
            "tanh(c_t)",
            "1 − tanh(c_t)",
            "1 + tanh(c_t)",
            "tanh²(c_t)",
            "1 − tanh² tanh(c_t)",
            "1 − h_t²",
        ),
        *("1 − tanh²(c_{t-1})", "1 − c_t²", "1 − c_{t-1}²", "tanh(c_t) (1 − tanh(c_t))", "1 − g²", "σ′(c_t)"),
        *("1 − tanh⁴(c_t)", "1 − h_{t-1}²"),
    ),
    **{
        f"slope_{gate}": (
            *("1", gate, f"1 − {gate}", f"{gate}²", f"1 − {gate}²", f"{gate} (1 + {gate})", f"σ′({gate})"),
            *(f"{other} (1 − {other})" for other in "ifo" if other != gate),
            *("1 − g²", f"1 − tanh² a^{gate}"),
        )
        for gate in "ifo"
    },
    "slope_g": (
        *("1", "g", "1 − g", "1 + g", "g²", "g (1 − g)", "1 − tanh² g", "1 − a^g²", "1 − h_{t-1}²"),
        *("i (1 − i)", "f (1 − f)", "o (1 − o)", "σ′(a^g)"),
    ),
}
KINDS = {"missing": "1", "their value": "{0}", "that of tanh": "1 − {0}²", "taken at the gate": "σ′({0})"}
