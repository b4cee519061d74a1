"""All attacks, by the promise that they attack."""

from tests.attacks import answers, cells, inside, pages, reach, resources
from tests.attacks.model import Attack

LINES = {
    1: "tags on test cells",
    2: "IPython's hooks, transformers, handlers",
    3: "forged results",
    4: "objects with methods of their own",
    5: "scores that are none",
    6: "reading the tests",
    7: "gradebook, others' work, home, environment",
    8: "modules named like ours",
    9: "patched libraries",
    10: "exits and signals",
    11: "endless loops",
    12: "memory, processes, files",
    13: "floods of output",
    14: "processes that stay",
    15: "network of any family",
    16: "active content in the feedback page",
    17: "pickles",
    18: "cells, metadata and files that were not released",
    19: "visible cases hard-coded",
    20: "derivatives that nobody derived",
    21: "the judge's inputs in the report",
    22: "other people's answers, and answers out of turn",
    23: "the judge's inputs in a later cell",
    24: "slow, deep, huge and many messages",
    25: "orphans of a killed grading",  # in test_orphans.py
    26: "what can be seen and called",
}
ATTACKS: list[Attack] = [
    attack
    for module in (cells, inside, reach, resources, pages, answers)
    for attack in sorted(module.ATTACKS, key=lambda a: a.line)
]
ATTACKS.sort(key=lambda a: a.line)

FAST = (
    *("skip_test", "ast_transformer", "execute_result", "iter_of_a_tuple", "plain_nan", "cell_in_frames"),
    *("gradebook_written", "numpy_package", "verdict", "exit_in_call", "swallows", "memory", "one_print"),
    *(
        "daemon",
        "tcp",
        "markdown_script",
        "in_an_array",
        "duplicated",
        "no_json",
        "device",
        "table",
        "oracle",
    ),
    *("in_numbers", "in_tmp", "as_pixels", "deep_header", "walk"),
)


def fast() -> list[Attack]:
    """One attack of every line (two of the line on files), for each run of the tests."""
    chosen = [a for a in ATTACKS if a.name in FAST]
    assert sorted(a.name for a in chosen) == sorted(FAST)
    return chosen
