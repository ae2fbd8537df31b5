"""Runs whose process has gone: marked as killed by whoever opens the store next."""

import contextlib
from typing import Any

from sandbox.tracking.owner import Owner

#: marks experiments of this package, so that no other is searched
MADE_BY = {"made_by": "risk-sandbox"}

#: what such a run is tagged with
GONE = (
    "The process that worked on this run ended without finishing it, or its machine went down; "
    "run the study again and the cell is done in a run of its own."
)
INTERRUPTED = "The study was interrupted while this cell was at work; run it again to go on."
#: tag `status` of a run that nobody will finish
NOT_FINISHED = "not finished"


def end_orphans(client: Any, experiments: list[str] | None = None) -> int:
    """Mark runs as KILLED whose owner is dead; returns how many there were.

    Runs of a process on another machine, and runs that name no owner, are left as they are.
    A store that may only be read is left alone.
    """
    from mlflow.exceptions import MlflowException

    ended = 0
    with contextlib.suppress(MlflowException, OSError):
        for run in _at_work(client, experiments or _experiments(client)):
            owner = Owner.of(run.data.tags.get("owner", ""))
            if owner is not None and owner.is_gone():
                end(client, run, GONE)
                ended += 1
    return ended


def end(client: Any, run: Any, why: str) -> None:
    """Mark a run that was at work as KILLED and say why.

    It ends when it began: nobody saw when it really did.
    """
    from mlflow.entities import RunTag

    told = [RunTag("ended", why), RunTag("status", NOT_FINISHED)]
    client.log_batch(run.info.run_id, tags=told)
    client.set_terminated(run.info.run_id, "KILLED", run.info.start_time)


def _experiments(client: Any) -> list[str]:
    name, value = next(iter(MADE_BY.items()))
    found, page = [], None
    while True:
        part = client.search_experiments(filter_string=f"tags.{name} = '{value}'", page_token=page)
        found += [experiment.experiment_id for experiment in part]
        page = part.token
        if not page:
            return found


def _at_work(client: Any, experiments: list[str]) -> list[Any]:
    found: list[Any] = []
    page = None
    while experiments:
        part = client.search_runs(
            experiments, "attributes.status = 'RUNNING'", max_results=1000, page_token=page
        )
        found += part
        page = part.token
        if not page:
            break
    return found
