"""Answers to `recurrence`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("recurrence")


@bank.reference
def recurrence(b: np.ndarray, C: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    T, h = b.shape
    P = np.zeros((T, T, h, h))
    for t in range(T):
        P[t, t] = np.eye(h)
        for i in range(t):
            P[t, i] = C[t] @ P[t - 1, i]
    a = np.einsum("tijk,ik->tj", P, b)
    return a, P


@bank.right
def block_inverse(b: np.ndarray, C: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # The recursion is (I − N) a = b with N block subdiagonal: the inverse holds all the products.
    T, h = b.shape
    system = np.eye(T * h)
    for t in range(1, T):
        system[t * h : (t + 1) * h, (t - 1) * h : t * h] = -C[t]
    inverse = np.linalg.inv(system)
    a = np.linalg.solve(system, b.reshape(-1)).reshape(T, h)
    return a, np.tril(np.ones((T, T)))[:, :, None, None] * inverse.reshape(T, h, T, h).swapaxes(1, 2)


@bank.right
def lists_of_lists(b: np.ndarray, C: np.ndarray) -> tuple[list[list[float]], list[list[list[list[float]]]]]:
    # Rows by the recursion, and plain lists as results: some thousand numbers that travel one by one.
    T, h = b.shape
    zero, one = np.zeros((h, h)), np.eye(h)
    rows = [[zero] * T for _ in range(T)]
    for i in range(T):
        product = one
        for t in range(i, T):
            product = C[t] @ product if t > i else one
            rows[t][i] = product
    a = [sum(rows[t][i] @ b[i] for i in range(t + 1)).tolist() for t in range(T)]
    return a, [[block.tolist() for block in row] for row in rows]


@bank.right
def explicit_products(b: np.ndarray, C: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    T, h = b.shape
    P = np.zeros((T, T, h, h))
    a = []
    for t in range(T):
        total = np.zeros(h)
        product = np.eye(h)
        for i in range(t, -1, -1):
            P[t, i] = product
            total = total + product @ b[i]
            product = product @ C[i]
        a.append(total)
    return np.array(a), P


P = {"products"}
bank.edit("order_reversed", "C[t] @ P[t - 1, i]", "P[t - 1, i] @ C[t]", loses={"states", *P}, slip="order")
bank.edit(
    "transposed",
    "C[t] @ P[t - 1, i]",
    "C[t].T @ P[t - 1, i]",
    loses={"states", *P},
    slip="transposed",
)
for _name, _matrix in (("transposed", "C[t].T"), ("previous_matrix", "C[t - 1]")):
    bank.edit(
        f"{_name}_in_P",
        "    return a, P",
        f"""    Q = P.copy()
    for t in range(T):
        for i in range(t):
            Q[t, i] = {_matrix} @ Q[t - 1, i]
    return a, Q""",
        loses=P,
        slip=f"{_name}_in_P",
    )
    bank.edit(
        f"{_name}_in_a",
        '    a = np.einsum("tijk,ik->tj", P, b)',
        f"""    a = b.copy()
    for t in range(1, T):
        a[t] += {_matrix} @ a[t - 1]""",
        loses={"states"},
        slip=f"{_name}_in_a",
    )
bank.edit("one_factor", "C[t] @ P[t - 1, i]", "C[t]", loses={"states", *P}, slip="product_last_alone")
bank.edit(
    "previous_matrix",
    "C[t] @ P[t - 1, i]",
    "C[t - 1] @ P[t - 1, i]",
    loses={"states", *P},
    slip="previous_matrix",
)
bank.edit("identity_missing", "        P[t, t] = np.eye(h)\n", "", loses={"start", "states"}, slip="zero")
bank.edit(
    "starts_with_C", "P[t, t] = np.eye(h)", "P[t, t] = C[t]", loses={"start", "states"}, slip="first_factor"
)
bank.edit("loses_early", "for i in range(t):", "for i in range(1, t):", loses={"states", *P})
bank.edit("sum_over_future", "tijk,ik->tj", "itjk,ik->tj", loses={"start", "states"}, slip="sum_over_later")
bank.edit(
    "elementwise",
    "C[t] @ P[t - 1, i]",
    "C[t] * P[t - 1, i]",
    loses={"states", *P},
    slip="product_of_entries_with_identity",
)
bank.edit(
    "keeps_going",
    "return a, P",
    "return a, P + np.triu(np.ones((T, T)), 1)[:, :, None, None]",
    loses=P,
    slip="ones_above",
)
bank.edit(
    "scaled_input",
    "    a = np.einsum",
    "    b = b * (1.0 + 1e-3)\n    a = np.einsum",
    loses={"start", "states"},
    slip="factor@a",
)
A = '    a = np.einsum("tijk,ik->tj", P, b)'
bank.edit("indices_exchanged", "return a, P", "return a, P.swapaxes(0, 1)", loses=P, slip="indices_exchanged")
bank.edit(
    "identity_above",
    "P = np.zeros((T, T, h, h))",
    "P = np.tile(np.eye(h), (T, T, 1, 1))",
    loses={"start", "states"},
    slip="identity_above",
)
bank.edit("inputs_returned", A, "    a = b.copy()", loses={"states"}, slip="no_recursion")
bank.edit("inputs_added_up", A, "    a = np.cumsum(b, axis=0)", loses={"states"}, slip="no_matrices")
bank.edit("input_overwritten", "    return a, P", "    b[:] = a\n    return b, P", loses={"keeps"})
bank.edit(  # two mistakes, of which one has a name
    "transposed_in_a_and_elementwise_in_P",
    '            P[t, i] = C[t] @ P[t - 1, i]\n    a = np.einsum("tijk,ik->tj", P, b)',
    "            P[t, i] = C[t] * P[t - 1, i]\n    a = b.copy()\n    for t in range(1, T):\n"
    "        a[t] += C[t].T @ a[t - 1]",
    loses={"states", *P},
)
LATE = {"states", "products"}
for _name, _old, _new, _loses, _slip in (  # of the table
    (
        "power_of_the_last_matrix",
        "C[t] @ P[t - 1, i]",
        "np.linalg.matrix_power(C[t], t - i)",
        LATE,
        "product_power_of_the_last",
    ),
    ("added_matrices", "C[t] @ P[t - 1, i]", "C[t] + P[t - 1, i]", LATE, "product_sum_with_identity"),
    ("products_transposed_in_the_sum", '"tijk,ik->tj"', '"tijk,ij->tk"', {"states"}, "sum_transposed"),
):
    bank.edit(_name, _old, _new, loses=_loses, slip=_slip)
for _name, _old, _new, _loses, _slip in (  # of steps, factors and starts
    ("inverse_matrices", "C[t] @ P", "np.linalg.inv(C[t]) @ P", LATE, "factors_inverse"),
    (
        "ones_on_the_diagonal",
        "P[t, t] = np.eye(h)",
        "P[t, t] = np.ones((h, h))",
        {"start", "states"},
        "starts_with_ones",
    ),
    (
        "mirrored",
        "    return a, P",
        "    return a, P + np.triu(np.ones((T, T)), 1)[:, :, None, None] * P.swapaxes(0, 1)",
        {"products"},
        "mirrored",
    ),
    ("own_input_in_the_sum", '"tijk,ik->tj"', '"tijk,tk->tj"', {"states"}, "sum_of_own_inputs"),
    ("carry_alone", "    return a, P", "    return a - b, P", {"start", "states"}, "out_carry_alone"),
):
    bank.edit(_name, _old, _new, loses=_loses, slip=_slip)
