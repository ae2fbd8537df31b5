"""Calls side by side in processes of their own, with a progress bar; a killed one is told of."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from data_generators.safe_path import safe_path

if TYPE_CHECKING:
    from tqdm.auto import tqdm

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_parallel(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    jobs: int,
    when_killed: Callable[[Item], Result],
    progress: bool,
    what: str,
) -> Iterator[Result]:
    """Results as they come, one an item, in any order.

    When a process is killed (by the kernel for want of memory, say), joblib loses all that ran
    beside it. The rest is then tried one at a time, and `when_killed` answers for an item whose
    process is killed again.
    """
    with shown(None, progress, what, len(items)) as bar:
        done: set[int] = set()
        for position, result in _results(function, list(enumerate(items)), jobs):
            done.add(position)
            bar.update()
            yield result
        for position, item in enumerate(items):
            if position not in done:
                # Two jobs, since joblib runs a single one in this very process.
                one = [result for _, result in _results(function, [(position, item)], 2)]
                bar.update()
                yield from one or [when_killed(item)]


def _results(
    function: Callable[[Item], Result], items: Sequence[tuple[int, Item]], jobs: int
) -> Iterator[tuple[int, Result]]:
    """Positions and results, until all are there or a process is killed."""
    from joblib import Parallel, delayed, parallel_config
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    calls = [delayed(_placed)(function, position, item) for position, item in items]
    one_thread = parallel_config("loky", inner_max_num_threads=1)
    if jobs == 1:
        # run in this very process, which keeps as many threads as there are cores
        from threadpoolctl import threadpool_limits

        one_thread = threadpool_limits(1)
    with safe_path(), one_thread, warnings.catch_warnings():
        # loky replaces a process that grew by 300 MB, as large as a world and its features are
        warnings.filterwarnings("ignore", "A worker stopped while some jobs", UserWarning)
        try:
            yield from Parallel(n_jobs=jobs, return_as="generator_unordered")(calls)
        except TerminatedWorkerError:
            return


def _placed(function: Callable[[Item], Result], position: int, item: Item) -> tuple[int, Result]:
    return position, function(item)


def shown(items: Iterable[Item] | None, progress: bool, what: str, total: int) -> "tqdm[Item]":
    """A progress bar in terminal and notebook; gone when it is full."""
    from tqdm.auto import tqdm

    return tqdm(items, desc=what, total=total, disable=not progress, leave=False, unit="")
