"""Random cases have teeth: what makes a mistake visible is there on every seed."""

import numpy as np
import pytest

from course import draws
from course.compare import difference
from course.exercise import load
from course.models import RNN
from course.oracles import complex_step, gradients

SEEDS = range(200)


def test_recurrent_matrix_is_far_from_symmetric_normal_and_small() -> None:
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        W = draws.recurrent_matrix(rng, int(rng.integers(2, 6)))
        radius = max(abs(np.linalg.eigvals(W)))
        assert 0.8 <= radius <= 1.1
        assert np.linalg.norm(W @ W.T - W.T @ W) > 0.3 * np.linalg.norm(W) ** 2
        assert np.linalg.norm(W - W.T) > 0.2 * np.linalg.norm(W)


def test_sizes_are_distinct_and_not_those_taken() -> None:
    for seed in SEEDS:
        sizes = draws.sizes(np.random.default_rng(seed), 3, 4)
        assert len({*sizes, 4}) == 4


@pytest.mark.parametrize("name", ["rnn_bptt", "direct_and_total"])
def test_networks_have_distinct_sizes_and_a_state_to_start_from(name: str) -> None:
    for seed in SEEDS:
        for case in load(name).draw(seed):
            p = next(arg for arg in case.args if isinstance(arg, RNN))
            X = next(arg for arg in case.args if isinstance(arg, np.ndarray) and arg.ndim == 2)
            h_0 = next(arg for arg in case.args if isinstance(arg, np.ndarray) and arg.ndim == 1)
            T, d = X.shape
            assert len({T, d, len(p.b_h), len(p.b_q)}) == 4
            assert np.abs(h_0).min() >= 0.1
            states = np.tanh(X @ p.W_hx.T + p.b_h)
            assert 0.002 < np.mean(states**2) < 0.99  # neither linear nor saturated


def test_complex_step_is_exact_where_differences_are_not() -> None:
    x = np.array([0.3, -1.2])
    got = complex_step(lambda v: np.exp(v[0]) * np.sin(v[1]), x)
    want = np.exp(x[0]) * np.array([np.sin(x[1]), np.cos(x[1])])
    assert difference(got, want, 1e-15) is None
    quotient = (np.exp(x[0] + 1e-6) - np.exp(x[0] - 1e-6)) / 2e-6 * np.sin(x[1])
    assert abs(quotient - want[0]) > 1e-12


def test_complex_step_of_a_vector_has_the_output_axes_first() -> None:
    A = np.arange(6.0).reshape(2, 3)
    assert np.allclose(complex_step(lambda v: A @ v, np.ones(3)), A)
    assert complex_step(lambda v: np.array([1.0, 2.0]) * np.sum(v), np.zeros((0, 3))).shape == (2, 0, 3)


def test_gradients_agree_with_torch() -> None:
    import torch

    from course.models import rnn_loss

    p, X, Y, h_0 = load("rnn_bptt").public_cases()[1].args
    grads, (dX, _, dh_0) = gradients(rnn_loss, p, X, Y, h_0)
    tensors = [torch.tensor(a, requires_grad=True) for a in (*p, X, h_0)]
    W_hx, W_hh, b_h, W_qh, b_q, tX, h = tensors
    loss = torch.zeros((), dtype=torch.float64)
    for x, y in zip(tX, torch.tensor(Y), strict=True):
        h = torch.tanh(W_hx @ x + W_hh @ h + b_h)
        loss = loss + 0.5 * ((W_qh @ h + b_q - y) ** 2).sum() / len(Y)
    loss.backward()
    for tensor, want in zip(tensors, [*grads, dX, dh_0], strict=True):
        assert tensor.grad is not None
        assert difference(tensor.grad.numpy(), want, 1e-13) is None
