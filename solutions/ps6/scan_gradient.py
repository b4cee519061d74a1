"""Answers to `scan_gradient`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("scan_gradient")


@bank.reference
def scan_gradient(c: np.ndarray, b: np.ndarray, dA: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    def solve(C: np.ndarray, a: np.ndarray) -> np.ndarray:
        reach = 1
        while reach < len(C):
            a, C = (
                np.concatenate([a[:reach], a[reach:] + C[reach:] * a[:-reach]]),
                np.concatenate([C[:reach], C[reach:] * C[:-reach]]),
            )
            reach = 2 * reach
        return a

    zero = np.zeros((1, c.shape[1]))
    before = np.concatenate([zero, solve(c, b)[:-1]])
    db = solve(np.concatenate([zero, c[:0:-1]]), dA[::-1])[::-1]
    return db * before, db


@bank.right
def pairs_and_back(c: np.ndarray, b: np.ndarray, dA: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # Reverse mode through the tree itself: neighbours are joined going in, and parted coming back.
    def pull(c: np.ndarray, b: np.ndarray, d: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        T = len(c)
        if T == 1:
            return b, np.zeros_like(c), d
        even = T - T % 2
        odd_c, even_c, even_b = c[1:even:2], c[0:even:2], b[0:even:2]
        rest = len(c[2::2])
        gained = d[1:even:2].copy()
        gained[:rest] += c[2::2] * d[2::2]
        half, dC, dB = pull(odd_c * even_c, odd_c * even_b + b[1:even:2], gained)
        a, dc, db = np.empty_like(b), np.zeros_like(c), d.copy()
        a[0], a[1:even:2], a[2::2] = b[0], half, c[2::2] * half[:rest] + b[2::2]
        db[1:even:2] = dB
        db[0:even:2] += odd_c * dB
        dc[1:even:2] = dC * even_c + dB * even_b
        dc[0:even:2] = dC * odd_c
        dc[2::2] += d[2::2] * half[:rest]
        return a, dc, db

    _, dc, db = pull(c, b, dA)
    return dc, db


@bank.right
def lists_of_rows(c: np.ndarray, b: np.ndarray, dA: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
    def joined(C: np.ndarray, a: np.ndarray) -> np.ndarray:
        reach = 1
        while reach < len(a):
            a = np.concatenate([a[:reach], a[reach:] + C[reach:] * a[:-reach]])
            C = np.concatenate([C[:reach], C[reach:] * C[:-reach]])
            reach *= 2
        return a

    nothing = np.zeros_like(c[:1])
    before = np.concatenate([nothing, joined(c, b)[:-1]])
    db = joined(np.concatenate([nothing, c[:0:-1]]), dA[::-1])[::-1]
    return list(db * before), list(db)


@bank.right
def halves(c: np.ndarray, b: np.ndarray, dA: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # Ever longer blocks are joined; what lies behind the last step has factor 1 and adds 0.
    def blocks(C: np.ndarray, a: np.ndarray) -> np.ndarray:
        T, h = a.shape
        size = 1 << max(T - 1, 0).bit_length()
        C = np.vstack([C, np.ones((size - T, h))])
        a = np.vstack([a, np.zeros((size - T, h))])
        width = 1
        while width < size:
            C, a = C.reshape(-1, 2, width, h), a.reshape(-1, 2, width, h)
            last_a, last_C = a[:, :1, -1:], C[:, :1, -1:]
            a = np.concatenate([a[:, :1], a[:, 1:] + C[:, 1:] * last_a], axis=1).reshape(size, h)
            C = np.concatenate([C[:, :1], C[:, 1:] * last_C], axis=1).reshape(size, h)
            width *= 2
        return a[:T]

    a = np.vstack([np.zeros_like(b[:1]), blocks(c, b)])
    back = np.vstack([c[1:], np.ones_like(c[:1])])
    db = np.flipud(blocks(np.flipud(back), np.flipud(dA)))
    return a[:-1] * db, db


@bank.right
def in_sequence_with_care(c: np.ndarray, b: np.ndarray, dA: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # The backward pass of BPTT, with the rounding error of each addition carried along (Kahan).
    dc, db = np.zeros_like(c), np.zeros_like(b)
    for k in range(b.shape[1]):
        factors, states = c[:, k].tolist(), [0.0]
        for factor, added in zip(factors, b[:, k].tolist(), strict=True):
            states.append(factor * states[-1] + added)
        total, lost = 0.0, 0.0
        for t in range(len(b) - 1, -1, -1):
            factor = factors[t + 1] if t + 1 < len(b) else 0.0
            carried, rest, added = factor * total, factor * lost, float(dA[t, k])
            total = carried + added
            behind = total - carried
            lost = rest + (carried - (total - behind)) + (added - behind)
            db[t, k] = total + lost
            dc[t, k] = db[t, k] * states[t]
    return dc, db


@bank.wrong(loses={"long"})
def in_sequence(c: np.ndarray, b: np.ndarray, dA: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    a = [np.zeros(b.shape[1])]
    for t in range(len(b)):
        a.append(c[t] * a[-1] + b[t])
    carry = np.zeros(b.shape[1])
    dc, db = np.zeros(c.shape), np.zeros(b.shape)
    for t in range(len(b) - 1, -1, -1):
        db[t] = dA[t] + carry
        dc[t] = db[t] * a[t]
        carry = c[t] * db[t]
    return dc, db


DB = "db = solve(np.concatenate([zero, c[:0:-1]]), dA[::-1])[::-1]"
BEFORE = "before = np.concatenate([zero, solve(c, b)[:-1]])"
ONE, BOTH = "one_step", {"added", "factors"}
bank.edit("factor_late", DB, "db = solve(c[::-1], dA[::-1])[::-1]", loses=BOTH, slip="factor_late")
bank.edit("forwards", DB, "db = solve(c, dA)", loses=BOTH, slip="forwards")
bank.edit(
    "not_turned_back",
    DB,
    "db = solve(np.concatenate([zero, c[:0:-1]]), dA[::-1])",
    loses=BOTH,
    slip="total_reversed",
)
bank.edit("direct_alone", DB, "db = dA.copy()", loses=BOTH, slip="direct_alone")
bank.edit(
    "sums_of_dA", DB, "db = np.cumsum(dA[::-1], axis=0)[::-1]", loses=BOTH, slip="total_without_factors"
)
bank.edit(
    "direct_states",
    "return db * before, db",
    "return dA * before, db",
    loses={"factors"},
    slip="direct_states",
)
bank.edit("own_state", BEFORE, "before = solve(c, b)", loses={ONE, "factors"}, slip="own_state")
bank.edit(
    "inputs_for_states",
    BEFORE,
    "before = np.concatenate([zero, b[:-1]])",
    loses={"factors"},
    slip="inputs_for_states",
)
bank.edit(
    "factor_in_dc",
    "return db * before, db",
    "return c * db * before, db",
    loses={"factors"},
    slip="state_weighed",
)
bank.edit(
    "exchanged",
    "return db * before, db",
    "return db, db * before",
    loses={ONE, *BOTH},
    slip="swapped@dc+db",
)
bank.edit(
    "later_gradient",
    "return db * before, db",
    "return np.concatenate([db[1:], zero]) * before, db",
    loses={"factors"},
    slip="total_one_late",
)
bank.edit("minus", "return db * before, db", "return -db * before, db", loses={"factors"}, slip="sign@dc")
bank.edit("joined_wrongly", "C[reach:] * a[:-reach]", "C[:-reach] * a[:-reach]", loses=BOTH)
bank.edit(
    "last_round_missing",
    "while reach < len(C):",
    "while 2 * reach < len(C):",
    loses=BOTH,
    slip="rounds_missing_both",
)
bank.edit(
    "summed_over_units", "return db * before, db", "return (db * before).sum(axis=1), db", loses={"returns"}
)
bank.edit(
    "in_place",
    "    zero = np",
    "    dA *= 0.5\n    dA *= 2.0\n    dA += 0.0\n    c[:1] = 0.0\n    zero = np",
    loses={"keeps"},
)
bank.edit("four_digits", "    zero = np", "    c = np.round(c, 4)\n    zero = np", loses=BOTH)
bank.edit(
    "gradients_clipped",
    "return db * before, db",
    "return np.clip(db * before, -5, 5), np.clip(db, -5, 5)",
    loses={"added", "factors"},
    slip="clipped",
)
bank.edit(  # two mistakes, of which one has a name
    "forwards_and_moduli",
    "    db = solve(np.concatenate([zero, c[:0:-1]]), dA[::-1])[::-1]\n    return db * before, db",
    "    db = solve(c, dA)\n    return np.abs(db * before), db",
    loses={"added", "factors"},
)
for _name, _old, _new, _loses, _slip in (  # of the table
    ("inputs_beside_the_totals", "db * before", "db * b", {"one_step", "factors"}, "state_inputs"),
    (
        "summed_over_time",
        "return db * before",
        "return np.cumsum(db * before, axis=0)",
        {"factors"},
        "summed_forwards",
    ),
):
    bank.edit(_name, _old, _new, loses=_loses, slip=_slip)
for _name, _old, _new, _loses, _slip in (  # of scans in other orders
    ("direct_not_turned", "dA[::-1])[::-1]", "dA)[::-1]", {"added", "factors"}, "scan_next_tnt"),
    (
        "factors_the_other_way",
        "zero, c[:0:-1]]",
        "c[-2::-1], zero]",
        {"added", "factors"},
        "scan_before_ttt",
    ),
    (
        "totals_weighed",
        "return db * before, db",
        "return db * before, db * c",
        {"one_step", "added"},
        "returned_weighed",
    ),
    ("later_state", "zero, solve(c, b)[:-1]]", "solve(c, b)[1:], zero]", {"factors"}, "state_later"),
    (
        "factors_joined_first",
        "C[reach:] * a[:-reach]",
        "C[reach:] * C[:-reach] * a[:-reach]",
        {"added", "factors"},
        "rounds_doubled",
    ),
    (
        "stops_at_step_two",
        "return db * before, db",
        "return db * before, np.concatenate([zero, db[1:]])",
        {"one_step", "added"},
        "returned_first_zero",
    ),
    ("weighed_inputs", "solve(c, b)[:-1]", "solve(c, c * b)[:-1]", {"factors"}, "forward_weighed"),
):
    bank.edit(_name, _old, _new, loses=_loses, slip=_slip)
