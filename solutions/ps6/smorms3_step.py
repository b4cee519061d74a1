"""Answers to `smorms3_step`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("smorms3_step")


@bank.reference
def smorms3_step(
    w: np.ndarray, grad: np.ndarray, mem: np.ndarray, g: np.ndarray, g2: np.ndarray, lr: float, eps: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    r = 1 / (mem + 1)
    g = (1 - r) * g + r * grad
    g2 = (1 - r) * g2 + r * grad**2
    x = g**2 / (g2 + eps)
    w = w - np.minimum(lr, x) * grad / (np.sqrt(g2) + eps)
    return w, 1 + mem * (1 - x), g, g2


@bank.right
def by_weights(
    w: np.ndarray, grad: np.ndarray, mem: np.ndarray, g: np.ndarray, g2: np.ndarray, lr: float, eps: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    # mem old gradients and a new one.
    count = mem + 1
    mean, square = (mem * g + grad) / count, (mem * g2 + grad * grad) / count
    noise = (square + eps - mean**2) / (square + eps)
    rate = np.where(1 - noise < lr, mean**2 / (square + eps), lr)
    return w - rate / (square**0.5 + eps) * grad, mem * noise + 1, mean, square


@bank.right
def entry_by_entry(
    w: np.ndarray, grad: np.ndarray, mem: np.ndarray, g: np.ndarray, g2: np.ndarray, lr: float, eps: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    new = [np.empty(w.shape) for _ in range(4)]
    for i in np.ndindex(w.shape):
        m, d = float(mem[i]), float(grad[i])
        mean = float(np.average([g[i], d], weights=[m, 1]))
        square = float(np.average([g2[i], d * d], weights=[m, 1]))
        share = mean * mean / (square + eps)
        new[0][i] = w[i] - d * min(share, lr) / (np.sqrt(square) + eps)
        new[1][i] = 1 + m - m * share
        new[2][i], new[3][i] = mean, square
    return new[0], new[1], new[2], new[3]


@bank.right
def moved_towards(
    w: np.ndarray, grad: np.ndarray, mem: np.ndarray, g: np.ndarray, g2: np.ndarray, lr: float, eps: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    both, target = np.stack([g, g2]), np.stack([grad, grad**2])
    mean, square = both + (target - both) / (1 + mem)
    share = np.abs(mean) * (np.abs(mean) / (eps + square))
    longest = lr * np.ones_like(share)
    moved = np.stack([longest, share]).min(axis=0) * (grad / (np.sqrt(square) + eps))
    return w - moved, mem - mem * share + 1, mean, square


X, W = "g**2 / (g2 + eps)", "np.minimum(lr, x) * grad / (np.sqrt(g2) + eps)"
R, MEM = "r = 1 / (mem + 1)", "1 + mem * (1 - x)"
bank.edit("no_largest_rate", W, "x * grad / (np.sqrt(g2) + eps)", loses={"step"}, slip="no_largest_rate")
bank.edit("rate_alone", W, "lr * grad / (np.sqrt(g2) + eps)", loses={"step"}, slip="rate_alone")
bank.edit("larger_rate", "np.minimum(lr, x)", "np.maximum(lr, x)", loses={"step"}, slip="larger_rate")
bank.edit("product", "np.minimum(lr, x)", "lr * x", loses={"step"}, slip="product")
bank.edit(
    "mean_for_gradient",
    "np.minimum(lr, x) * grad",
    "np.minimum(lr, x) * g",
    loses={"step"},
    slip="mean_for_gradient",
)
bank.edit("r_of_mem", R, "r = 1 / mem", loses={"means"}, slip="r_of_mem")
bank.edit("memory_without_one", MEM, "mem * (1 - x)", loses={"memory"}, slip="memory_without_one")
bank.edit("memory_upside_down", MEM, "1 + mem * x", loses={"memory"}, slip="memory_upside_down")
bank.edit("memory_grows", MEM, "1 + mem", loses={"memory"})
bank.edit(
    "memory_limited", MEM, "1 + mem * (1 - np.minimum(lr, x))", loses={"memory"}, slip="memory_of_the_rate"
)
bank.edit("no_root", "(np.sqrt(g2) + eps)", "(g2 + eps)", loses={"step", "scale_law"}, slip="no_root")
bank.edit("eps_inside", "(np.sqrt(g2) + eps)", "np.sqrt(g2 + eps)", loses={"step"}, slip="eps_inside")
bank.edit("no_square", X, "np.abs(g) / (g2 + eps)", loses={"memory", "step", "scale_law"}, slip="no_square")
bank.edit("root_of_the_share", X, "np.abs(g) / (np.sqrt(g2) + eps)", loses={"memory", "step"})
bank.edit("eps_of_a_rule_of_thumb", X, "g**2 / (g2 + 1e-16)", loses={"memory", "step", "scale_law"})
bank.edit("r_exchanged", "(1 - r) * g + r * grad", "r * g + (1 - r) * grad", loses={"means"})
bank.edit("squares_of_the_mean", "r * grad**2", "r * g**2", loses={"means"})
bank.edit("uphill", "w = w - np", "w = w + np", loses={"step"}, slip="uphill")
bank.edit("in_place", "    g = (1 - r) * g + r * grad", "    g *= 1 - r\n    g += r * grad", loses={"keeps"})


@bank.wrong(loses={"memory", "step"}, slip="old_means")
def old_means(
    w: np.ndarray, grad: np.ndarray, mem: np.ndarray, g: np.ndarray, g2: np.ndarray, lr: float, eps: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    x = np.where(g2 + eps > 0, g**2 / (g2 + eps), 0)
    r = 1 / (mem + 1)
    g, g2 = g + r * (grad - g), g2 + r * (grad * grad - g2)
    return w - np.minimum(lr, x) * grad / (np.sqrt(g2) + eps), 1 + mem * (1 - x), g, g2


@bank.wrong(loses={"means"})
def memory_first(
    w: np.ndarray, grad: np.ndarray, mem: np.ndarray, g: np.ndarray, g2: np.ndarray, lr: float, eps: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    r = 1 / (mem + 2)
    g, g2 = g * (1 - r) + grad * r, g2 * (1 - r) + grad**2 * r
    x = g * g / (g2 + eps)
    return w - grad * np.minimum(lr, x) / (np.sqrt(g2) + eps), 1 + mem * (1 - x), g, g2


bank.edit(
    "no_square_at_all", X, "g / (g2 + eps)", loses={"memory", "step", "scale_law"}, slip="no_square_at_all"
)
bank.edit("weights_exchanged", R, "r = mem / (mem + 1)", loses={"means"}, slip="weights_exchanged")
bank.edit(
    "results_out_of_order",
    f"return w, {MEM}, g, g2",
    f"return w, g, g2, {MEM}",
    loses={"means", "memory", "step", "scale_law"},
    slip="out_of_order",
)


@bank.wrong(loses={"step"}, slip="old_size")
def old_size(
    w: np.ndarray, grad: np.ndarray, mem: np.ndarray, g: np.ndarray, g2: np.ndarray, lr: float, eps: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    r = 1 / (mem + 1)
    a, b = (1 - r) * g + r * grad, (1 - r) * g2 + r * grad**2
    x = a**2 / (b + eps)
    with np.errstate(all="ignore"):
        return w - np.minimum(lr, x) * grad / (np.sqrt(g2) + eps), 1 + mem * (1 - x), a, b


@bank.wrong(loses={"memory", "step"}, slip="old_g")
def old_g(
    w: np.ndarray, grad: np.ndarray, mem: np.ndarray, g: np.ndarray, g2: np.ndarray, lr: float, eps: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    r = 1 / (mem + 1)
    a, b = (1 - r) * g + r * grad, (1 - r) * g2 + r * grad**2
    x = g**2 / (b + eps)
    return w - np.minimum(lr, x) * grad / (np.sqrt(b) + eps), 1 + mem * (1 - x), a, b


@bank.wrong(loses={"memory", "step"}, slip="old_g2")
def old_g2(
    w: np.ndarray, grad: np.ndarray, mem: np.ndarray, g: np.ndarray, g2: np.ndarray, lr: float, eps: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    r = 1 / (mem + 1)
    a, b = (1 - r) * g + r * grad, (1 - r) * g2 + r * grad**2
    x = a**2 / (g2 + eps)
    return w - np.minimum(lr, x) * grad / (np.sqrt(b) + eps), 1 + mem * (1 - x), a, b


@bank.wrong(loses={"step", "scale_law"})
def gradient_clipped(
    w: np.ndarray, grad: np.ndarray, mem: np.ndarray, g: np.ndarray, g2: np.ndarray, lr: float, eps: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    r = 1 / (mem + 1)
    step = np.clip(grad, -5, 5)
    a, b = (1 - r) * g + r * grad, (1 - r) * g2 + r * grad**2
    x = a**2 / (b + eps)
    return w - np.minimum(lr, x) * step / (np.sqrt(b) + eps), 1 + mem * (1 - x), a, b
