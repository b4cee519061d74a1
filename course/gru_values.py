"""The values of a GRU step, unit by unit, and what may stand where one of its local derivatives belongs."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course.gated import GRU, logistic
from course.models import Array


@dataclass(frozen=True)
class At:
    """One step: u = W_x x + b_x and v = W_h h + b_h with rows r, z, n, the gates, n and h, each (h)."""

    u: tuple[Array, ...]
    v: tuple[Array, ...]
    r: Array
    z: Array
    n: Array
    h: Array
    bias: Array  # b_h^n
    dh: Array  # ∂L/∂h'

    @property
    def after(self) -> Array:
        """h'."""
        return np.asarray((1 - self.z) * self.n + self.z * self.h)

    @property
    def a(self) -> Array:
        """What n is the tanh of."""
        return np.asarray(self.u[2] + self.r * self.v[2])


Word = Callable[[At], Array]
WORDS: dict[str, Word] = {
    "0": lambda s: 0 * s.h,
    "1": lambda s: 0 * s.h + 1,
    "2": lambda s: 0 * s.h + 2,
    "r": lambda s: s.r,
    "1 − r": lambda s: 1 - s.r,
    "r²": lambda s: s.r**2,
    "r (1 − r)": lambda s: s.r * (1 - s.r),
    "1 − r²": lambda s: 1 - s.r**2,
    "r (1 + r)": lambda s: s.r * (1 + s.r),
    "r (1 − r²)": lambda s: s.r * (1 - s.r**2),
    "z": lambda s: s.z,
    "−z": lambda s: -s.z,
    "2 z": lambda s: 2 * s.z,
    "1 + z": lambda s: 1 + s.z,
    "1 − z": lambda s: 1 - s.z,
    "z²": lambda s: s.z**2,
    "z (1 − z)": lambda s: s.z * (1 - s.z),
    "1 − z²": lambda s: 1 - s.z**2,
    "z (1 + z)": lambda s: s.z * (1 + s.z),
    "z (1 − z²)": lambda s: s.z * (1 - s.z**2),
    "z h": lambda s: s.z * s.h,
    "z n": lambda s: s.z * s.n,
    "z (h − n)": lambda s: s.z * (s.h - s.n),
    "r z": lambda s: s.r * s.z,
    "n": lambda s: s.n,
    "−n": lambda s: -s.n,
    "1 − n": lambda s: 1 - s.n,
    "1 + n": lambda s: 1 + s.n,
    "n²": lambda s: s.n**2,
    "n² − 1": lambda s: s.n**2 - 1,
    "1 + n²": lambda s: 1 + s.n**2,
    "1 − n²": lambda s: 1 - s.n**2,
    "−2 n": lambda s: -2 * s.n,
    "n (1 − n)": lambda s: s.n * (1 - s.n),
    "n (1 − n²)": lambda s: s.n * (1 - s.n**2),
    "r (1 − n²)": lambda s: s.r * (1 - s.n**2),
    "1 − (u^n + r v^n)²": lambda s: 1 - s.a**2,
    "u^n + r v^n": lambda s: s.a,
    "u^n + v^n": lambda s: s.u[2] + s.v[2],
    "h": lambda s: s.h,
    "h'": lambda s: s.after,
    "r h": lambda s: s.r * s.h,
    "h n": lambda s: s.h * s.n,
    "h − n": lambda s: s.h - s.n,
    "n − h": lambda s: s.n - s.h,
    "h + n": lambda s: s.h + s.n,
    "h − h'": lambda s: s.h - s.after,
    "h' − h": lambda s: s.after - s.h,
    "h' − n": lambda s: s.after - s.n,
    "n − h'": lambda s: s.n - s.after,
    "h − (1 − z) n": lambda s: s.h - (1 - s.z) * s.n,
    "h − u^n − r v^n": lambda s: s.h - s.a,
    "h − v^n": lambda s: s.h - s.v[2],
    "1 − h²": lambda s: 1 - s.h**2,
    "1 − h'²": lambda s: 1 - s.after**2,
    "u^n": lambda s: s.u[2],
    "v^n": lambda s: s.v[2],
    "−v^n": lambda s: -s.v[2],
    "v^r": lambda s: s.v[0],
    "v^z": lambda s: s.v[1],
    "r v^n": lambda s: s.r * s.v[2],
    "z v^n": lambda s: s.z * s.v[2],
    "W_h^n h": lambda s: s.v[2] - s.bias,
    "1 − tanh² n": lambda s: 1 - np.tanh(s.n) ** 2,
    "tanh′(a^z)": lambda s: 1 - np.tanh(s.u[1] + s.v[1]) ** 2,
    "tanh′(a^r)": lambda s: 1 - np.tanh(s.u[0] + s.v[0]) ** 2,
    "σ′(z)": lambda s: logistic(s.z) * (1 - logistic(s.z)),
    "σ′(r)": lambda s: logistic(s.r) * (1 - logistic(s.r)),
    "σ′(u^n + r v^n)": lambda s: logistic(s.a) * (1 - logistic(s.a)),
}


def right(p: GRU, x: Array, h: Array, dh: Array) -> At:
    """The step as it is."""
    u, v = np.split(p.W_x @ x + p.b_x, 3), np.split(p.W_h @ h + p.b_h, 3)
    r, z = logistic(u[0] + v[0]), logistic(u[1] + v[1])
    return At(tuple(u), tuple(v), r, z, np.tanh(u[2] + r * v[2]), h, np.split(p.b_h, 3)[2], dh)
