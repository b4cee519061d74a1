"""What is said of some results alone is true of them, and says nothing of the others."""

import pytest

from tests.conftest import told_of

Edit = tuple[str, str]
STATES = "In W_hx, W_hh, b_h, dh_0 and dX alone: "
OF_T = "the losses are divided by T, padding included, instead of by each sequence's own length."
NO_I_F = "In ∂c_t/∂h_{t-1} alone: the way from h_{t-1} through i and f is missing."
UNSLOPED: Edit = ("    return direct, total", "    return direct / slope[:, None, None], total")


@pytest.mark.parametrize(
    ("name", "edits", "told"),
    [
        (
            "rnn_bptt",
            [("p.W_qh.T @ dO[t] + carry", "p.W_qh.T @ dO[t] * T * (t == T - 1) + carry")],
            [f"{STATES}only the last step's loss is counted, and not divided by the number of steps."],
        ),
        (
            "rnn_bptt",
            [("p.W_qh.T @ dO[t] + carry", "p.W_qh.T @ dO[t] * (t == 0) + carry")],
            [f"{STATES}only the first step's loss is counted."],
        ),
        (
            "rnn_bptt",
            [("dO.T @ H[1:]", "T * np.outer(dO[0], H[1])")],
            ["In W_qh alone: only the first step's loss is counted, and not divided by the number of steps."],
        ),
        (
            "masked_bptt",
            [
                ('"tnq,tnh->qh", dO, H', '"tnq,tnh->qh", errors / T / N, H'),
                ("dO.sum", "(errors / T / N).sum"),
            ],
            [f"In the output layer alone: {OF_T}"],
        ),
        (
            "masked_bptt",
            [
                ('"tnq,tnh->qh", dO, H', '"tnq,tnh->qh", errors / T / N, H'),
                ("dO.sum", "(errors / T / N).sum"),
                ("dO[t] @ p.W_qh", "2 * dO[t] @ p.W_qh"),
            ],
            ["W_hx, W_hh, b_h, dh_0 and dX: twice too large.", f"In W_qh and b_q alone: {OF_T}"],
        ),
        (
            "masked_bptt",
            [
                ("[:, None] < lengths)", "[:, None] < lengths.max() + 0 * lengths)"),
                ("/ lengths[:, None]", "/ T"),
            ],
            [
                "Every sequence has the mask of the longest, and its losses are divided by T: only "
                "lengths[n] steps are real, and that many divide."
            ],
        ),
        (
            "masked_bptt",
            [
                (
                    "errors / lengths[:, None] / N",
                    "errors / np.maximum(mask.sum(axis=1, keepdims=True), 1) / T",
                )
            ],
            [
                "A step's losses are divided by the number of sequences that still run, and by T: here each "
                "sequence has its own mean first, over lengths[n] steps."
            ],
        ),
        (
            "direct_and_total",
            [UNSLOPED],
            ["In direct alone: the factor tanh′(a_t) = 1 − h_t² is missing."],
        ),
        (
            "direct_and_total",
            [("    return direct,", '    return np.einsum("i,ij,k->ijk", slope, np.eye(n), H[t]),')],
            [
                "In direct alone: h_t is used where h_{t-1} belongs: W_hh multiplies the state before the "
                "step."
            ],
        ),
        (
            "direct_and_total",
            [("    return direct,", "    return direct * slope[:, None, None],")],
            ["In direct alone: the factor tanh′(a_t) is applied twice."],
        ),
        ("cell_jacobian", [("[cell, np.diag(f)]", "[by_g, np.diag(f)]")], [NO_I_F]),
        (
            "cell_jacobian",
            [("[cell, np.diag(f)]", "[cell - by_f + (c * (1 - f**2))[:, None] * W_f, np.diag(f)]")],
            [
                "In ∂c_t/∂h_{t-1} alone: 1 − f² stands where the slope ∂f_t/∂a^f_t = f (1 − f) belongs.",
            ],
        ),
        (
            "cell_jacobian",
            [("[cell, np.diag(f)]", "[np.diag(c) @ W_f + np.diag(g) @ W_i + np.diag(i) @ W_g, np.diag(f)]")],
            [
                "In ∂c_t/∂h_{t-1} alone: the slopes at i, f, g are missing; each should be s (1 − s), that "
                "of g 1 − g²."
            ],
        ),
        (
            "cell_jacobian",
            [
                (
                    "[cell, np.diag(f)]",
                    "[c * f * (1 - f) * W_f + g * i * (1 - i) * W_i + i * (1 - g**2) * W_g, np.diag(f)]",
                )
            ],
            [
                "In ∂c_t/∂h_{t-1} alone: the slopes and their factors multiply the columns of W_h. They "
                "belong to its rows."
            ],
        ),
        (
            "scan_gradient",
            [("return db * before, db", "return db[::-1] * before, db")],
            ["In dc alone: the total derivative by a_t stands in reverse order."],
        ),
        (
            "scan_gradient",
            [("return db * before, db", "return -db * before, db[::-1]")],
            ["dc: the sign is wrong.", "In db alone: the total derivative by a_t stands in reverse order."],
        ),
        (
            "tied_matrices",
            [("return outer, inner, outer + inner", "return outer + inner, outer + inner, outer + inner")],
            ["outer holds what belongs in total.", "inner holds what belongs in total."],
        ),
        ("BPTT", [("return H", "return 2 * H")], ["H: twice too large."]),
        (
            "BPTT",
            [("return H", "return 2 * H"), ("dA[t] @ W_hh\n", "dA[t] @ W_hh.T\n")],
            [],
        ),
        (
            "chunked_bptt",
            [("dA.T @ X,", "np.outer(dA[0], X[0]),"), ("return grads, carry", "return grads, 0 * carry")],
            [
                "In W_hx alone: only the use at step 1 is left: is each step's term assigned instead of "
                "added?",
                "∂L/∂h_0 is zero: h_0 is not detached, the first chunk reaches it.",
            ],
        ),
        (
            "chunked_bptt",
            [("dA.sum(axis=0)", "dA[1:].sum(axis=0)")],
            ["In b_h alone: step 1 is missing: the weights are used there too."],
        ),
        (
            "randomized_bptt",
            [("dA.sum(axis=0)", "dA[1:].sum(axis=0)")],
            ["In b_h alone: step 1 is missing: the weights are used there too."],
        ),
        (
            "randomized_bptt",  # W_qh is right
            [
                ("carry = xi[t] * (p.W_hh.T @ dA[t])", "dA[t] *= xi[t]\n        carry = p.W_hh.T @ dA[t]"),
                ("dO.sum(axis=0))", "xi @ dO)"),
            ],
            [
                "In W_hx, W_hh, b_h, b_q and dX alone: ξ_t weighs the direct use in step t too: it belongs "
                "to the edge from h_{t-1} alone."
            ],
        ),
    ],
)
def test_what_is_said_of_parts(name: str, edits: list[Edit], told: list[str]) -> None:
    sentences = [diagnosis.sentence for diagnosis in told_of(name, *edits)]
    assert sentences == told
