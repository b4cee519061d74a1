"""What the cells of an LSTM pass on to each other along the direct path."""

import numpy as np

from course.gated import LSTM, lstm_step
from course.models import Array
from course.oracles import STEP


def opened(f: Array) -> LSTM:
    """An LSTM without recurrent weights whose forget gate is f, whatever comes."""
    h = len(f)
    with np.errstate(divide="ignore"):
        b = np.concatenate([np.zeros(h), np.log(f) - np.log1p(-f), np.zeros(2 * h)])
    return LSTM(np.zeros((4 * h, 1)), np.zeros((4 * h, h)), b)


def path(F: Array) -> Array:
    """∂⁺c_T/∂c_t (T+1, h) by the complex step of the given step: the cell is nudged at step t, and runs on.

    Units do not mix, so one nudge of all of them shows every diagonal.
    """
    still = np.zeros(F.shape[1])
    rows = []
    for t in range(len(F) + 1):
        c = still + 1j * STEP
        for f in F[t:]:
            c = lstm_step(opened(f), np.zeros(1), still, c)[1]
        rows.append(np.imag(c) / STEP)
    return np.stack(rows)


def all_paths(F: Array) -> Array:
    """∂⁺c_s/∂c_r for all r and s (T+1, T+1, h), [s, r]: every cell nudged, each in a run of its own."""
    still, runs = np.zeros(F.shape[1]), np.zeros((len(F) + 1, F.shape[1]), complex)
    found = []
    for t in range(len(F) + 1):
        runs[t] += 1j * STEP
        found.append(np.where(np.arange(len(F) + 1)[:, None] > t, 1.0, np.imag(runs) / STEP))
        if t < len(F):
            runs = lstm_step(opened(F[t]), np.zeros(1), still, runs)[1]
    return np.stack(found)
