"""Gradients Through Time: given models and checkers. Importing it costs NumPy only.

>>> from course import check
>>> check(rnn_bptt)  # doctest: +SKIP
"""

from course.desk import check
from course.gated import GRU, LSTM, gru_forward, lstm_forward, lstm_step
from course.models import RNN, rnn_forward, rnn_loss

__version__ = "0.1.0"
__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "__version__",
    "check",
    "gru_forward",
    "lstm_forward",
    "lstm_step",
    "rnn_forward",
    "rnn_loss",
]
