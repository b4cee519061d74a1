"""`make bench`: print every figure as a table."""

import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.append(str(Path(__file__).resolve().parents[2]))  # for `tests`; `course` stays the installed wheel

from tests.benchmarks import desk


def main() -> None:
    """Run the benchmarks."""
    table = Table(title="At the desk")
    table.add_column("what")
    table.add_column("measured")
    for row in desk.rows():
        table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    main()
