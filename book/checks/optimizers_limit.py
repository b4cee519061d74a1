"""Chapter 13: what no rescaling can do, on the triangle and in training."""

import numpy as np
from checks.oracles import grad, problem, run, same
from checks.registry import checked
from figures.optimizers_limit import FAR, T, cells, far_share, flips, lags, triangle_numbers, turned
from figures.optimizers_runs import learned
from figures.optimizers_training import LENGTHS, MAKERS, TASKS, batch, outputs, recorded, start, train
from torch.nn.functional import binary_cross_entropy_with_logits


@checked(
    "eq-optimizers-shares",
    r"""
    S \odot \frac{\partial L}{\partial W_{hh}} = \frac1T \sum_{t=1}^{T} \sum_{k=1}^{t} S \odot
    G_{t,k}
    """,
)
def shares(rng):
    """Autograd on untied copies of W_hh, summed and multiplied entry by entry by random factors."""
    case = problem(rng)
    r, length = run(case, untied=True), len(case.X)
    tied = run(case)
    S = 10.0 ** rng.uniform(-6, 6, size=case.p.W_hh.shape)
    terms = [[S * grad(r.losses[t], r.uses[k]) for k in range(1, t + 1)] for t in range(1, length + 1)]
    same(sum(sum(row) for row in terms) / length, S * grad(tied.loss, tied.p.W_hh), rtol=1e-9)
    size = triangle_numbers()
    assert [f"{far_share(size[name]):.0e}" for name in size] == ["4e-04", "2e-04"]
    assert (int((lags() > FAR).sum()), T * (T + 1) // 2) == (45, 210)
    raw, scaled = size.values()
    assert [f"{raw[-1, k]:.2g}" for k in (0, 19)] == ["2.2e-05", "5.3"]
    assert [f"{scaled[-1, k]:.2g}" for k in (0, 19)] == ["0.0062", "1.9e+03"]


@checked(
    "eq-optimizers-blind",
    r"""
    \begin{aligned} \frac{S_{ij} F_{ij}}{[S \odot (N + F)]_{ij}} &= \frac{F_{ij}}{N_{ij} + F_{ij}},
    \\[1ex] \operatorname{sign}(N_{ij} + F_{ij}) &= \operatorname{sign}(N_{ij}) \qquad \text{if }
    \abs{F_{ij}} < \abs{N_{ij}} \end{aligned}
    """,
)
def blind(rng):
    """Random near and far parts of all proportions; then the numbers that the page names."""
    for proportion in 10.0 ** rng.uniform(-4, 1, size=20):
        near, far = rng.normal(size=6), proportion * rng.normal(size=6)
        S = 10.0 ** rng.uniform(-8, 8, size=6)
        same(S * far / (S * (near + far)), far / (near + far), rtol=1e-9)
        small = np.abs(far) < np.abs(near)
        assert (np.sign(near + far) == np.sign(near))[small].all()
    assert flips() == (3, 11520)
    angles = turned()
    assert angles["Rprop"] == 0
    assert max(angles.values()) < 0.05
    assert cells().shape == (T, T, 24, 24)
    quoted_runs()


def quoted_runs() -> None:
    """What the page says of the recorded training; the shortest run is made again."""
    alone, beside, biased = TASKS
    counts = {name: [[learned(task, name, T) for T in LENGTHS] for task in TASKS] for name in MAKERS}
    found = {"Adam": [10, 10, 10, 3], "Adam, ε = 1e-30": [10] * 4, "Rprop": [10, 10, 9, 9]}
    for name, (far_alone, far_beside, far_biased) in counts.items():
        assert far_alone == found.get(name, [10, 10, 1, 0])
        assert far_beside == [10, 4 if name == "Rprop" else 0, 0, 0]
        assert far_biased[3] == {"Adam": 7, "Adam, ε = 1e-30": 7, "Rprop": 8}.get(name, 0)
        near = [learned(beside, name, T, 1) for T in LENGTHS]
        assert near == ([10, 8, 9, 10] if name == "Rprop" else [10] * 4)
    assert sum(10 - far_beside[1] for _, far_beside, _ in counts.values()) == 46
    fresh = [np.median(recorded()[beside]["Rprop"][str(T)][0]) for T in LENGTHS[2:]]
    assert [round(loss) for loss in fresh] == [25, 20]
    assert [len(first_updates(task, 1)[0]) for task in TASKS] == [3, 3, 5]  # biases are trained in the last
    largest = float(np.median(first_updates(alone, 1)[0][1]))
    assert f"{largest:.1e}" == "1.4e-11"
    assert f"{largest / (largest + 1e-8):.1e}" == "1.4e-03"
    by_bias = [sizes[3].max() for sizes in first_updates(biased, 10)]
    assert by_bias[0] < 2e-16
    assert max(by_bias) > 1e-3
    again = train("gradient descent, rate 1", alone, 5)
    same(again, recorded()[alone]["gradient descent, rate 1"]["5"], rtol=1e-2)


def first_updates(task: str, updates: int) -> list[list[np.ndarray]]:
    """The largest entry of the gradient by each weight that is trained, for every seed; T = 40, with Adam."""
    p, seen = start(task), []
    trained = [w for w in p if w.requires_grad]
    optimizer, (X, Y) = MAKERS["Adam"](trained), batch(task, 40, 2, np.random.default_rng(40))
    for _ in range(updates):
        optimizer.zero_grad()
        losses = binary_cross_entropy_with_logits(outputs(p, X), Y, reduction="none")
        losses.mean(dim=(1, 2)).sum().backward()
        seen.append([w.grad.abs().flatten(1).amax(dim=1).numpy() for w in trained])
        optimizer.step()
    return seen


@checked(
    "eq-optimizers-column",
    r"""
    \Bigl[ \frac{\partial L}{\partial W_{hx}} \Bigr]_{ij} = \sum_{t=1}^{T} [\delta_t]_i\, [x_t]_j =
    [\delta_1]_i\, [x_1]_j
    """,
)
def column(rng):
    """Autograd: the column of W_hx whose input is zero after step 1, asked at every step and at the last."""
    case = problem(rng)
    case.X[1:, 0] = 0
    r = run(case)
    same(grad(r.loss, r.p.W_hx)[:, 0], grad(r.loss, r.a[1]) * case.X[0, 0])
    total = sum(np.outer(grad(r.loss, r.a[t]), case.X[t - 1]) for t in range(1, len(case.X) + 1))
    same(grad(r.loss, r.p.W_hx), total)
    asked = run(case, mask=[0.0] * len(case.X) + [1.0])  # at the last step alone
    same(grad(asked.loss, asked.p.W_hx)[:, 0], grad(asked.losses[-1], asked.a[1]) * case.X[0, 0])
    assert abs(grad(r.losses[1], r.a[1])).max() > 1e-3  # asked at step 1 too, δ_1 has a near term
