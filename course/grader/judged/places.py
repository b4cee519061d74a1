"""Which place jobs run at: this machine, or the workers of a scheduler."""

from collections.abc import Callable, Mapping
from pathlib import Path

from course.grader.judged.here import Here
from course.grader.judged.jobs import Place, Terms


def place(
    terms: Terms, jobs: int, scheduler: Mapping[str, str], classroom: Path, say: Callable[[str], None]
) -> Place:
    """The place that the settings name.

    Args:
        terms: what holds for all jobs.
        jobs: how many run at once on this machine.
        scheduler: address, ca, cert, key; without an address jobs run here.
        classroom: the folder from which files are named.
        say: where warnings go.

    Raises:
        Refused: if there is a scheduler and it cannot be used.
    """
    if not scheduler.get("address"):
        return Here(terms, jobs)
    from course.grader.cluster.address import Scheduler  # Dask is loaded only where it is asked for
    from course.grader.cluster.engine import Cluster

    return Cluster(Scheduler.of(scheduler, classroom), terms, say)
