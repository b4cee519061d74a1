"""Chapter 10: several steps: the path that avoids the cell, the direct path, and the block Jacobian."""

import numpy as np
from checks.lstm_run import lstm_case, lstm_run, numbers, parts
from checks.oracles import jacobian, same, value
from checks.registry import checked
from figures.lstm_wormhole import (
    MARK,
    SPANS,
    WHICH,
    forget_gates,
    from_cell_to_cell,
    order,
    path_sizes,
    triangle,
)

from course.gated import lstm_step
from course.oracles import complex_step


@checked(
    "eq-lstm-two",
    r"""
    \frac{\dd c_{t+1}}{\dd c_{t-1}} = \frac{\dd c_{t+1}}{\dd c_t}\, \frac{\dd c_t}{\dd c_{t-1}} +
    K_{t+1} R_t E_{t-1}
    """,
)
def two_steps(rng):
    """Autograd over two steps; without the last term the equation fails."""
    run = lstm_run(*lstm_case(rng))
    first, step, second = parts(run, 1), parts(run, 2), parts(run, 3)
    chain = jacobian(run.c[3], run.c[2]) @ jacobian(run.c[2], run.c[1])
    around = second["K"] @ step["R"] @ first["E"]
    whole = jacobian(run.c[3], run.c[1])
    same(chain + around, whole)
    assert abs(chain - whole).max() > 1e-6


@checked(
    "eq-lstm-direct",
    r"""
    \frac{\direct c_T}{\partial c_t} = \diag(f_T \odot f_{T-1} \odot \cdots \odot f_{t+1})
    """,
)
def direct(rng):
    """Autograd through a run in which every state that a pre-activation reads is detached."""
    p, X, h_0, c_0 = lstm_case(rng)
    run, cut = lstm_run(p, X, h_0, c_0), lstm_run(p, X, h_0, c_0, cut=True)
    gates = [numbers(run, t)["f"] for t in (2, 3, 4)]
    same(jacobian(cut.c[4], cut.c[1]), np.diag(np.prod(gates, axis=0)))
    held = forget_gates(WHICH[1])[:, order()[0]]
    assert round(float(held[1 : MARK - 1].mean()), 2) == 0.94
    assert round(float(held[MARK:].mean()), 2) == 0.17
    assert round(float(forget_gates(WHICH[1])[MARK:].mean(axis=0).max()), 2) == 0.92
    ends = [triangle(which)[row, 0] for which in WHICH for row in (19, 39)]
    same(np.array(ends) / [3.3e-5, 8.1e-9, 8.8e-3, 2.7e-4], np.ones(4), rtol=0.02)


@checked(
    "eq-lstm-block",
    r"""
    J_t = \frac{\partial (h_t, c_t)}{\partial (h_{t-1}, c_{t-1})} = \begin{pmatrix} E_t K_t + R_t &
    E_t F_t \\ K_t & F_t \end{pmatrix}
    """,
)
def block_jacobian(rng):
    """The complex step through one step of the given model, by the state and by the cell."""
    p, X, h_0, c_0 = lstm_case(rng)
    run = lstm_run(p, X, h_0, c_0)
    M, h, c = parts(run, 3), value(run.h[2]), value(run.c[2])
    n = len(h)
    printed = np.block([[M["E"] @ M["K"] + M["R"], M["E"] @ M["F"]], [M["K"], M["F"]]])
    both = complex_step(lambda s: np.concatenate(lstm_step(p, X[2], s[:n], s[n:])), np.concatenate((h, c)))
    same(printed, both)


@checked(
    "eq-lstm-product",
    r"""
    \frac{\dd c_T}{\dd c_t} = \begin{pmatrix} 0 & I \end{pmatrix} J_T J_{T-1} \cdots J_{t+1}
    \begin{pmatrix} E_t \\ I \end{pmatrix}
    """,
)
def block_product(rng):
    """Autograd from cell to cell over one, two and four steps."""
    run = lstm_run(*lstm_case(rng, T=5))
    n = run.c[0].numel()
    zero, one = np.zeros((n, n)), np.eye(n)
    for t in (1, 3, 4):
        carried = np.vstack([parts(run, t)["E"], one])
        for j in range(t + 1, 6):
            M = parts(run, j)
            J = np.block([[M["E"] @ M["K"] + M["R"], M["E"] @ M["F"]], [M["K"], M["F"]]])
            carried = J @ carried
        same(np.hstack([zero, one]) @ carried, jacobian(run.c[5], run.c[t]))
    ends = [size(M) for which in WHICH for M in from_cell_to_cell(which, 1, 20)]
    same(np.array(ends) / [1.3e-5, 8.8e-4, 0.27, 0.55], np.ones(4), rtol=0.05)
    ends = [size(M) for M in from_cell_to_cell(WHICH[1], 20, 22)]
    same(ends, [0.54, 1.9], rtol=0.02)
    quoted_rest()


def quoted_rest() -> None:
    """What the page says of the way round in the trained cell, beside the direct way."""
    sizes = {span: path_sizes(WHICH[1], *span) for span in SPANS}
    rest = [f"{sizes[span][2]:.2g}" for span in SPANS]
    assert rest == ["0.84", "0.41", "1.8", "0.25"]
    for span in SPANS[1:]:  # over one step, the first span, the direct part is the larger one by a little
        assert sizes[span][2] > sizes[span][0]
    assert 1 < sizes[SPANS[0]][0] / sizes[SPANS[0]][2] < 1.15
    assert min(s[0] / s[1] for s in sizes.values()) > 0.28
    for span in SPANS:
        direct, total = from_cell_to_cell(WHICH[1], *span)
        same(size(total - direct), sizes[span][2])


def size(M):
    """The largest singular value."""
    return np.linalg.norm(M, 2)
