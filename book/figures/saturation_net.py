"""Chapter 12: fifty layers with every cure, in torch. Many networks (seeds, rates) run side by side.

A layer is h_t = join(h_{t-1}, a φ(normalised pre-activation)); a `Cure` says what each word means.
"""

import zlib
from typing import NamedTuple

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, softplus

torch.set_num_threads(1)  # the arrays are small: threads would only wait for each other
DEPTH, WIDTH = 50, 32
Params = dict[str, torch.Tensor]


class Cure(NamedTuple):
    """How the weights start, which unit follows, and what is done for the gradient."""

    start: str  # old, glorot, orthogonal, sequential, centred, he; for a distance: unit, data
    unit: str = "tanh"  # tanh, logistic, softplus, gauss
    gain: float = 1.0  # the factor a behind the unit
    penalty: float | None = None  # of a learned a: the λ of λ/2 Σ (a - 1)²
    normal: str = ""  # batch, layer: the pre-activation; coordinates, distance: before a gauss
    join: str = ""  # residual, inside, highway
    gate: float = 0.0  # the first bias of a highway's gates
    every: int = 0  # a loss at every so many layers, beside the last


CURES = {
    "tanh, old scale": Cure("old"),
    "logistic, Glorot": Cure("glorot", "logistic"),
    "tanh, Glorot": Cure("glorot"),
    "tanh, orthogonal": Cure("orthogonal"),
    "tanh, layer by layer": Cure("sequential"),
    "logistic, centred": Cure("centred", "logistic"),
    "1.1 tanh": Cure("orthogonal", gain=1.1),
    "2 tanh": Cure("orthogonal", gain=2.0),
    "1.2 tanh, old scale": Cure("old", gain=1.2),
    "a learned": Cure("orthogonal", penalty=1e-2),
    "a learned, old scale": Cure("old", penalty=1e-2),
    "softplus, Glorot": Cure("glorot", "softplus"),
    "softplus, He": Cure("he", "softplus"),
    "distance, width 1": Cure("unit", "gauss"),
    "distance, from data": Cure("data", "gauss"),
    "coordinates normalised": Cure("unit", "gauss", normal="coordinates"),
    "distance normalised": Cure("unit", "gauss", normal="distance"),
    "batch norm, tanh": Cure("old", normal="batch"),
    "batch norm, logistic": Cure("old", "logistic", normal="batch"),
    "layer norm, tanh": Cure("old", normal="layer"),
    "residual": Cure("old", join="residual"),
    "shortcut inside tanh": Cure("old", join="inside"),
    "highway": Cure("old", join="highway", gate=-4.0),
    "a loss every 10 layers": Cure("old", every=10),
    "residual, loss every 10": Cure("old", join="residual", every=10),
}


def plain(cure: str) -> str:
    """The name of a cure without TeX."""
    return cure.replace("$", "")


def heads(cure: Cure, depth: int = DEPTH) -> list[int]:
    """The layers whose outputs are read; the last one is always among them."""
    return sorted({*(range(cure.every, depth, cure.every) if cure.every else ()), depth})


def weights(kind: str, rng: np.random.Generator, n: int = WIDTH) -> np.ndarray:
    """One matrix of a start that looks at no data."""
    if kind == "old":
        return rng.uniform(-1, 1, size=(n, n)) / np.sqrt(n)
    if kind in ("glorot", "he"):
        return rng.normal(size=(n, n)) * np.sqrt((2 if kind == "he" else 1) / n)
    if kind in ("orthogonal", "sequential", "centred"):
        seed = torch.Generator().manual_seed(int(rng.integers(2**31)))
        W = torch.nn.init.orthogonal_(torch.empty(n, n, dtype=torch.float64), generator=seed).numpy()
        return 4 * W if kind == "centred" else W
    return rng.normal(size=(n, n))  # the centres of distances


def begin(cure: Cure, seed: int, depth: int = DEPTH, n: int = WIDTH) -> Params:
    """The first weights of one network, each tensor with an axis of length 1 for the network."""
    rng = np.random.default_rng([seed, zlib.crc32(cure.start.encode())])
    W = np.stack([weights(cure.start, rng, n) for _ in range(depth)])
    b = -W.sum(axis=2) / 2 if cure.start == "centred" else np.zeros((depth, n))
    found = {
        "W": W,
        "b": b[:, None],
        "V": rng.normal(size=(len(heads(cure, depth)), n, 1)) / np.sqrt(n),
        "c": np.zeros((len(heads(cure, depth)), 1, 1)),
        "E": rng.normal(size=(2, n)),  # the fixed matrix that puts a point into n numbers
    }
    if cure.unit == "gauss":
        del found["b"]
        if cure.normal != "distance":
            found["w"] = np.ones((depth, 1, n))
    if cure.penalty is not None:
        found["a"] = np.full((depth, 1, 1), cure.gain)
    if cure.normal:
        found["g"] = np.ones((depth, 1, n))
    if cure.join == "highway":
        found["W_t"] = np.stack([weights("old", rng, n) for _ in range(depth)])
        found["b_t"] = np.full((depth, 1, n), cure.gate)
    p = {name: torch.tensor(v).unsqueeze(1 if name != "E" else 0) for name, v in found.items()}
    return look_at_data(cure, p, seed) if cure.start in ("sequential", "data") else p


def look_at_data(cure: Cure, p: Params, seed: int, size: int = 256) -> Params:
    """Set one layer after the other: the scale of its weights, or its centres and widths."""
    rng = np.random.default_rng([seed, 77])
    h = points(rng, 1, size)[0] @ p["E"]
    for own in by_layer(p):
        if cure.start == "data":  # centres are inputs of this layer; w² is half the mean squared distance
            own["W"][:] = h[:, torch.tensor(rng.choice(size, h.shape[-1], replace=False))]
            own["w"][:] = (squared_distance(h, own["W"]).mean(dim=1, keepdim=True) / 2).sqrt()
        else:
            own["W"][:] /= (h @ own["W"].mT).std()
        h, _ = layer(cure, own, h)
    return p


def points(rng: np.random.Generator, nets: int, size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Points of the plane (nets, size, 2), and their classes 0 and 1."""
    X = rng.normal(size=(nets, size, 2))
    return torch.tensor(X), torch.tensor((X[..., 0] * X[..., 1] > 0).astype(float))


def squared_distance(h: torch.Tensor, centres: torch.Tensor) -> torch.Tensor:
    """‖h - c‖² for every row of h and every row of centres."""
    return (h**2).sum(-1, keepdim=True) - 2 * h @ centres.mT + (centres**2).sum(-1).unsqueeze(-2)


def standard(z: torch.Tensor, axis: int) -> torch.Tensor:
    """z with mean 0 and variance 1 along an axis."""
    z = z - z.mean(axis, keepdim=True)
    return z / ((z**2).mean(axis, keepdim=True) + 1e-5).sqrt()


def pre_activation(cure: Cure, own: Params, h: torch.Tensor) -> torch.Tensor:
    """What the unit of a layer with these weights acts on."""
    if cure.unit == "gauss":
        if cure.normal == "coordinates":
            h = own["g"] * standard(h, 1)
        z = squared_distance(h, own["W"])
        return own["g"] * standard(z, 1) if cure.normal == "distance" else z / own["w"] ** 2
    z = h @ own["W"].mT
    if cure.normal:
        z = own["g"] * standard(z, 1 if cure.normal == "batch" else 2)
    return z + own["b"]


UNITS = {
    "tanh": torch.tanh,
    "logistic": torch.sigmoid,
    "softplus": softplus,
    "gauss": lambda z: torch.exp(-z / 2),
}


def layer(cure: Cure, own: Params, h: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """One layer with its own weights: its output, and its pre-activation."""
    z = pre_activation(cure, own, h)
    if cure.join == "inside":
        z = z + h
    y = UNITS[cure.unit](z)
    if "a" in own or cure.gain != 1:
        y = y * own.get("a", cure.gain)
    if cure.join == "residual":
        y = h + y
    if cure.join == "highway":
        gate = torch.sigmoid(h @ own["W_t"].mT + own["b_t"])
        y = gate * y + (1 - gate) * h
    return y, z


def by_layer(p: Params) -> list[Params]:
    """The weights of each layer; one cut of each tensor, for the backward pass of a cut is slow."""
    cut = {name: w.unbind(0) for name, w in p.items() if name not in ("V", "c", "E")}
    return [{name: parts[t] for name, parts in cut.items()} for t in range(len(p["W"]))]


def states(cure: Cure, p: Params, X: torch.Tensor) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """All h_0 … h_T (nets, size, n), and all pre-activations."""
    H, Z = [X @ p["E"]], []
    for own in by_layer(p):
        h, z = layer(cure, own, H[-1])
        H.append(h)
        Z.append(z)
    return H, Z


def outputs(cure: Cure, p: Params, H: list[torch.Tensor]) -> list[torch.Tensor]:
    """What each head says of every point, (nets, size)."""
    return [(H[t] @ p["V"][i] + p["c"][i])[..., 0] for i, t in enumerate(heads(cure, len(H) - 1))]


def losses(cure: Cure, p: Params, H: list[torch.Tensor], Y: torch.Tensor) -> torch.Tensor:
    """The mean cross-entropy of each head of each network, (heads, nets)."""
    said = outputs(cure, p, H)
    return torch.stack([binary_cross_entropy_with_logits(o, Y, reduction="none").mean(-1) for o in said])
