"""Answers to `never_aligns`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("never_aligns")


@bank.reference
def never_aligns(x: np.ndarray, m: int) -> np.ndarray:
    # Turn the plane of x and another direction by π/m, and leave out everything at right angles to it.
    u = x / np.linalg.norm(x)
    w = np.eye(len(x))[np.argmin(np.abs(u))]
    w = w - (w @ u) * u
    w = w / np.linalg.norm(w)
    cos, sin = np.cos(np.pi / m), np.sin(np.pi / m)
    M: np.ndarray = cos * (np.outer(u, u) + np.outer(w, w)) + sin * (np.outer(w, u) - np.outer(u, w))
    return M


@bank.right
def by_two_reflections(x: np.ndarray, m: int) -> np.ndarray:
    # Two mirrors at an angle of π/(2m) make a turn by π/m. The rest of space stays as it is.
    n = len(x)
    Q = np.linalg.qr(np.column_stack([x, np.eye(n)[:, 1:] + 0.1]))[0]
    a = Q[:, 0]
    b = np.cos(np.pi / (2 * m)) * Q[:, 0] + np.sin(np.pi / (2 * m)) * Q[:, 1]
    M: np.ndarray = (np.eye(n) - 2 * np.outer(b, b)) @ (np.eye(n) - 2 * np.outer(a, a))
    return M


@bank.right
def shrinking_and_oblique(x: np.ndarray, m: int) -> np.ndarray:
    # A turn in a basis that is not orthogonal, several times π/m where that has no common factor with m.
    n = len(x)
    turn = np.pi * next(p for p in range(2, 2 * m) if np.gcd(p, m) == 1) / m
    B = np.eye(n)
    B[:, 0] = x
    other = int(np.argmax(np.abs(x)))
    B[:, other] = np.eye(n)[:, 0] if other else B[:, other]
    R = np.zeros((n, n))
    R[:2, :2] = [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
    return 0.7 * B @ R @ np.linalg.inv(B)


@bank.right
def companion(x: np.ndarray, m: int) -> np.ndarray:
    # x → y → 2cos(π/m) y − x: a linear recurrence with roots e^{±iπ/m}, on the plane of x and y.
    y = np.roll(x, 1) * np.where(np.arange(len(x)) % 2, -1.0, 1.0)
    y = y - (y @ x) / (x @ x) * x
    y = y * np.sqrt((x @ x) / (y @ y))
    plane = np.column_stack([x, y])
    step = np.array([[0.0, -1.0], [1.0, 2 * np.cos(np.pi / m)]])
    M: np.ndarray = plane @ step @ np.linalg.pinv(plane)
    return M


BACK, EARLY, LATER = {"comes_back"}, {"not_before"}, {"for_ever"}
TURN = "cos * (np.outer(u, u) + np.outer(w, w)) + sin * (np.outer(w, u) - np.outer(u, w))"
bank.edit("identity", TURN, "np.eye(len(x))", loses=EARLY)
bank.edit("minus_one", TURN, "-np.eye(len(x))", loses=EARLY)
bank.edit("zero", TURN, "np.zeros((len(x), len(x)))", loses=BACK)
bank.edit(
    "full_turn",
    "cos, sin = np.cos(np.pi / m), np.sin(np.pi / m)",
    "cos, sin = np.cos(2 * np.pi / m), np.sin(2 * np.pi / m)",
    loses=EARLY,
)
bank.edit(
    "half_the_angle",
    "cos, sin = np.cos(np.pi / m), np.sin(np.pi / m)",
    "cos, sin = np.cos(np.pi / m / 2), np.sin(np.pi / m / 2)",
    loses=BACK,
)
bank.edit("a_mirror", TURN, "np.diag((-1.0) ** np.arange(len(x)))", loses={"comes_back", "not_before"})
bank.edit(
    "a_cycle_of_coordinates", TURN, "np.roll(np.eye(len(x)), 1, axis=0)", loses={"comes_back", "not_before"}
)
bank.edit("first_two_coordinates", "u = x / np.linalg.norm(x)", "u = np.eye(len(x))[0]", loses=BACK)
bank.edit("one_radian", "np.cos(np.pi / m), np.sin(np.pi / m)", "np.cos(1.0), np.sin(1.0)", loses=BACK)
bank.edit(
    "sign_of_the_sine", "np.outer(w, u) - np.outer(u, w)", "np.outer(w, u) + np.outer(u, w)", loses=BACK
)
bank.edit("not_of_length_one", "    w = w / np.linalg.norm(w)\n", "", loses=BACK)
bank.edit("symmetric", TURN, "np.outer(u, u) - np.outer(w, w)", loses=EARLY)
bank.edit("projection", TURN, "np.outer(w, u)", loses=BACK)
bank.edit(
    "hidden_larger_eigenvalue",
    "    return M",
    "    return 3 * (np.eye(len(x)) - np.outer(u, u) - np.outer(w, w)) + M",
    loses=LATER,
)
bank.edit(
    "slightly_off",
    "np.cos(np.pi / m), np.sin(np.pi / m)",
    "np.cos(np.pi / m + 1e-7), np.sin(np.pi / m + 1e-7)",
    loses=LATER,
)
bank.edit("complex_turn", TURN, "np.exp(1j * np.pi / m) * np.eye(len(x))", loses={"returns"})
bank.edit("returns_the_plane", "    return M", "    return np.column_stack([u, w]).T", loses={"returns"})
bank.edit(
    "small_angle",
    "np.cos(np.pi / m), np.sin(np.pi / m)",
    "np.cos(np.pi), np.sin(np.pi / m / 20)",
    loses={"comes_back", "not_before"},
)
bank.edit(
    "start_overwritten", "u = x / np.linalg.norm(x)", "x /= np.linalg.norm(x)\n    u = x", loses={"keeps"}
)
bank.edit("always_the_first_axis", "np.argmin(np.abs(u))", "0", loses={"returns"})
bank.edit(
    "two_coordinates_exchanged",
    "    w = np.eye(len(x))[np.argmin(np.abs(u))]\n    w = w - (w @ u) * u\n",
    "    w = np.zeros(len(x))\n    w[0], w[1] = -x[1], x[0]\n",
    loses={"returns"},
)


@bank.right
def in_an_oblique_basis(x: np.ndarray, m: int) -> np.ndarray:
    # A turn in a basis of x and a vector not at a right angle to it: no rotation, but similar to one.
    e = np.linalg.norm(x) * np.eye(len(x))[np.argmin(np.abs(x))]
    basis = np.column_stack([x, 2 * e + 0.5 * x])
    cos, sin = np.cos(np.pi / m), np.sin(np.pi / m)
    M: np.ndarray = 0.9 * basis @ np.array([[cos, -sin], [sin, cos]]) @ np.linalg.pinv(basis)
    return M


bank.edit("second_axis_taken", "np.argmin(np.abs(u))", "1", loses={"returns"})
bank.edit(  # rounded, so that nothing but zeros is left where x lies along it
    "diagonal_taken",
    "np.eye(len(x))[np.argmin(np.abs(u))]\n    w = w - (w @ u) * u",
    "np.ones(len(x))\n    w = np.round(w - (w @ u) * u, 9)",
    loses={"returns"},
)
