"""Chapter 8: what the page says of recorded training and of exact biases and variances."""

import numpy as np
from checks.oracles import same
from figures.truncation import band_kept, sweeps_kept
from figures.truncation_measured import curve, curves, entries, recorded
from figures.truncation_tasks import ECHO, LETTERS, STRATEGIES
from figures.truncation_training import EVERY, along_the_band, train


def quoted_training() -> None:
    """What the page says of the recorded training and of the gradients' quality."""
    ends = {name: curve("echo", name)[:, -1].mean() for name in STRATEGIES}
    assert [f"{x:.1g}" for x in ends.values()] == ["0.0005", "0.5", "0.5", "0.0009"]
    assert [round(float(ends[name]), 2) for name in ("band", "chunks")] == [0.48, 0.49]
    for name in ("band", "chunks"):
        mean = curve("echo", name).mean(axis=0)
        assert 0.08 < mean.min() < 0.1
        assert 4 <= mean.argmin() <= 6
    best = [round(float(curve("text", name).min(axis=1).mean()), 2) for name in STRATEGIES]
    assert best == [3.09, 3.09, 3.07, 3.10]
    gaps = [(curve("text", name, 1) - curve("text", name, 0))[:, -1].mean() for name in STRATEGIES[:3]]
    assert [round(float(x), 2) for x in gaps] == [0.83, 0.80, 0.73]
    assert round(float(curve("text", "full").mean(axis=0)[200 // EVERY - 1]), 1) == 3.1
    ends = [curve("text", name)[:, -1].mean() for name in ("full", "chunks")]
    assert [round(float(x), 2) for x in ends] == [3.20, 3.10]
    rare = sorted(recorded()["echo"]["rare"])
    assert [round(x, 2) for x in rare] == [0.04, 0.15, 0.15]
    along = recorded()["echo"]["along"]
    ends = [f(along[name]) for name in ("cosine", "ratio") for f in (min, max)]
    assert [float(f"{x:.1g}") if i != 2 else round(x, 1) for i, x in enumerate(ends)] == [0.03, 0.5, 2.4, 7]
    assert round(float(np.median(along["step"])), 2) == -0.04
    again = along_the_band(steps=EVERY, batches=25)
    same(np.array(again["ratio"]), np.array(along["ratio"][:1]), rtol=1e-2)
    found = {task: recorded()[task]["quality"] for task in ("echo", "text")}
    assert [round(100 * found[task]["band"]) for task in ("text", "echo")] == [3, 65]
    noise = [round(100 * found[task][of]) for task in ("text", "echo") for of in ("batch", "draw")]
    assert noise == [104, 52, 114, 161]
    assert round(float(np.hypot(1.04, 0.52)), 2) == 1.16
    for task, column in ((ECHO, 0), (LETTERS, 1)):
        again = np.array(train(task, "randomized", 0, EVERY)[1])[0, column]
        same(again, curve(task.name, "randomized", column)[0, 0], rtol=1e-3)


def quoted_biases() -> None:
    """What the page says of the exact bias and noise of the trained network."""
    found = {name: dict(zip(np.round(x, 2), y, strict=True)) for name, (x, y) in curves().items()}
    band = [float(f"{found['band'][x]:.2g}") for x in (1.0, 4.38, 6.75)]
    assert band == [0.89, 0.44, 0.16]
    one = found["randomized, 1"]
    assert [float(f"{one[x]:.2g}") for x in (3.79, 7.71)] == [2, 0.43]
    assert one[1.49] > 100
    kept, bias = (np.array(x) for x in curves()["band"])
    for sequences, wins in ((1, False), (100, True)):
        x, noise = (np.array(v) for v in curves()[f"randomized, {sequences}"])
        beyond = (x > 2.8) & (x < 7.8) if wins else x < 7.8
        assert ((noise < np.interp(x, kept, bias))[beyond] == wins).all()
    x, noise = (np.array(v) for v in curves()["randomized, 100"])
    assert (noise > np.interp(x, kept, bias))[x < 2].all()
    chunks = curves()["chunks"]
    assert (np.array(chunks[1][1:]) > np.interp(chunks[0][1:], kept, bias)).all()
    quoted_shares()


def quoted_shares() -> None:
    """What part of the mean gradient, along it, the cells make that the page's three strategies cut."""
    mean = entries().mean(axis=0)
    full = mean.sum(axis=(0, 1))
    share = mean @ full / (full @ full)
    kept = band_kept(16, 3) + sweeps_kept(16, 4, 4) + sweeps_kept(16, 4, 8)
    cut = band_kept(16, 15) * (kept == 0)
    late = band_kept(16, 15) - band_kept(16, 9)
    assert [int(cells.sum()) for cells in (cut, late)] == [48, 21]
    assert (kept * late == 0).all()
    assert [round(100 * float((share * cells).sum())) for cells in (cut, late)] == [28, 9]
