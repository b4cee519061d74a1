"""Answers to `rmsprop_step`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("rmsprop_step")


@bank.reference
def rmsprop_step(
    w: np.ndarray, grad: np.ndarray, v: np.ndarray, lr: float, beta: float, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    v = beta * v + (1 - beta) * grad**2
    return w - lr * grad / (np.sqrt(v) + eps), v


@bank.right
def moved_towards(
    w: np.ndarray, grad: np.ndarray, v: np.ndarray, lr: float, beta: float, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    new = v + (grad * grad - v) * (1 - beta)
    rate = lr / (new**0.5 + eps)
    return w - rate * grad, new


@bank.right
def by_lengths(
    w: np.ndarray, grad: np.ndarray, v: np.ndarray, lr: float, beta: float, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    # √v' is the length of a vector of two entries.
    root = np.hypot(np.sqrt(beta * v), np.sqrt(1 - beta) * grad)
    return w + np.negative(lr * (grad / (root + eps))), np.square(root)


@bank.right
def entry_by_entry(
    w: np.ndarray, grad: np.ndarray, v: np.ndarray, lr: float, beta: float, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    new_w, new_v = np.empty(w.shape), np.empty(w.shape)
    for i in np.ndindex(w.shape):
        new_v[i] = np.average([v[i], grad[i] ** 2], weights=[beta, 1 - beta])
        new_w[i] = w[i] - lr * grad[i] / (np.sqrt(new_v[i]) + eps)
    return new_w, new_v


MEAN, STEP = "beta * v + (1 - beta) * grad**2", "lr * grad / (np.sqrt(v) + eps)"
bank.edit("eps_inside", STEP, "lr * grad / np.sqrt(v + eps)", loses={"step", "scale_law"}, slip="eps_inside")
bank.edit("eps_squared_inside", STEP, "lr * grad / np.sqrt(v + eps**2)", loses={"step"})
bank.edit("no_root", STEP, "lr * grad / (v + eps)", loses={"step", "scale_law"}, slip="no_root")
bank.edit("eps_alone_outside", STEP, "lr * grad / np.sqrt(v) + eps", loses={"returns"})
bank.edit(
    "weights_exchanged", MEAN, "(1 - beta) * v + beta * grad**2", loses={"mean"}, slip="weights_exchanged"
)
bank.edit("sum", MEAN, "beta * v + grad**2", loses={"mean"}, slip="sum")
bank.edit("never_forgets", MEAN, "v + grad**2", loses={"mean"}, slip="sum_of_all")
bank.edit("moduli", MEAN, "beta * v + (1 - beta) * np.abs(grad)", loses={"mean", "scale_law"}, slip="moduli")
bank.edit("not_squared", MEAN, "beta * v + (1 - beta) * grad", loses={"returns"})
bank.edit("uphill", "w - lr", "w + lr", loses={"step"}, slip="uphill")
bank.edit("sign_alone", STEP, "lr * np.sign(grad)", loses={"step"})
bank.edit("rate_missing", STEP, "grad / (np.sqrt(v) + eps)", loses={"step"}, slip="rate_missing")
bank.edit("rate_in_the_root", STEP, "grad / (np.sqrt(v / lr**2) + eps)", loses={"step"})
bank.edit("corrected", STEP, "lr * grad / (np.sqrt(v / (1 - beta)) + eps)", loses={"step"}, slip="corrected")
bank.edit("mean_of_all_entries", STEP, "lr * grad / (np.sqrt(v.mean()) + eps)", loses={"step"})
bank.edit("at_least_eps", STEP, "lr * grad / np.maximum(np.sqrt(v), max(eps, 1e-300))", loses={"step"})
bank.edit("eps_fixed", STEP, "lr * grad / (np.sqrt(v) + 1e-8)", loses={"step", "scale_law"})
bank.edit("no_eps", STEP, "lr * grad / np.sqrt(np.where(v > 0, v, 1))", loses={"step"})
bank.edit("in_place", f"v = {MEAN}", "v *= beta\n    v += (1 - beta) * grad**2", loses={"keeps"})


@bank.wrong(loses={"step"}, slip="old_mean")
def old_mean(
    w: np.ndarray, grad: np.ndarray, v: np.ndarray, lr: float, beta: float, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    step = lr * grad / (np.sqrt(v) + eps)
    v = beta * v + (1 - beta) * grad**2
    return w - step, v


bank.edit("clipped", STEP, "lr * np.clip(grad, -10, 10) / (np.sqrt(v) + eps)", loses={"step", "scale_law"})


@bank.wrong(loses={"mean", "step"}, slip="mean_not_handed_on")
def mean_not_handed_on(
    w: np.ndarray, grad: np.ndarray, v: np.ndarray, lr: float, beta: float, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    new = beta * v + (1 - beta) * grad**2
    return w - lr * grad / (np.sqrt(new) + eps), v
