"""What protects a grade, as one list of switches. All are on; only a test's config has others."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any, Self


@dataclass(frozen=True)
class Defences:
    """One field for each purpose; False removes every layer that serves this purpose.

    Of the notebook: `source_cells`, `safe_reading`, `attachments`. Of the score: `judge`, `hidden_cases`,
    `own_seeds`, `finite_scores`, `timed_case`, `link_budgets`. Of the sandbox: `private_files`,
    `own_processes`, `no_network`, `unprivileged`, `system_calls`, `memory`, `processes`, `disk`, `deadlines`,
    `clean_environment`, `hide_torch`, `dies_with_us`. Of the feedback page: `output_caps`, `plain_outputs`,
    `silence`, `bare_exceptions`, `plain_markdown`, `content_policy`.
    """

    source_cells: bool = True  # test cells, points, tags and order come from the released notebook
    safe_reading: bool = (
        True  # a notebook is a regular file, small, shallow, and anything else is an empty one
    )
    attachments: bool = True  # only files of allowed kinds travel with a notebook
    judge: bool = (
        True  # a check runs outside the sandbox; off: the cell runs inside, and its output is the score
    )
    hidden_cases: bool = True  # the judge draws cases that no student has seen
    own_seeds: bool = True  # the hidden cases differ between students and submissions
    finite_scores: bool = True  # a score printed by a plain test cell is a finite number in [0, max], or 0
    timed_case: bool = True  # one large case, with a limit of time, and of memory as seen from outside
    link_budgets: bool = True  # the judge limits bytes, calls and time on its link
    private_files: bool = True  # a file system of its own, with libraries only
    own_processes: bool = True  # a process table of its own, which ends with it
    no_network: bool = True  # no interfaces, and no sockets but local ones
    unprivileged: bool = True  # a uid of its own, no capabilities, none to be gained
    system_calls: bool = True  # the kernel's dangerous calls are refused
    memory: bool = True
    processes: bool = True
    disk: bool = True
    deadlines: bool = True
    clean_environment: bool = True  # environment and arguments by allow-list
    hide_torch: bool = True  # a NumPy notebook's file system has no torch
    dies_with_us: bool = True  # whoever of ours dies, the sandbox dies too
    output_caps: bool = True
    plain_outputs: bool = True  # text and PNG only
    silence: bool = True  # nothing that is emitted after the first judged cell is shown
    bare_exceptions: bool = True  # an exception is shown as builtin type and line number
    plain_markdown: bool = True  # a student's Markdown is shown without HTML
    content_policy: bool = True  # the feedback page forbids scripts and the network

    @classmethod
    def without(cls, names: Iterable[str]) -> Self:
        """All defences but these.

        Raises:
            ValueError: for a name that is none; lists them.
        """
        off = set(names)
        known = {field.name for field in fields(cls)}
        if off - known:
            raise ValueError(
                f"no defence is called {', '.join(sorted(off - known))}; there are: {sorted(known)}"
            )
        return cls(**dict.fromkeys(off, False))

    @property
    def off(self) -> list[str]:
        """The names of those that are off, for the grade record."""
        return [name for name, on in asdict(self).items() if not on]


@dataclass(frozen=True)
class Limits:
    """What one notebook may use. Seconds are wall clock."""

    memory_mb: int = 2048
    processes: int = 64
    disk_mb: int = 64
    files: int = 256
    cell_seconds: float = 60.0
    call_seconds: float = 20.0
    judge_seconds: float = 120.0
    notebook_seconds: float = 300.0
    text: int = 20_000  # characters shown of one cell
    image_bytes: int = 1 << 20
    images: int = 10  # shown of one cell
    notebook_bytes: int = 16 << 20  # of all outputs of a notebook, and of a submitted file
    answer_bytes: int = 64 << 20  # of one answer of the student's function: its results and its arguments
    link_bytes: int = 1 << 30  # from the student's function to the judge, all calls together

    def as_dict(self) -> dict[str, Any]:
        """For a message."""
        return asdict(self)
