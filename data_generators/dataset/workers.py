"""Parts written one after the other, or by several processes at once.

Workers write files of their own, so all that one process does for them is to count. They are
started afresh, not forked: no lock or thread of the caller comes with them, and a script needs no
`if __name__ == "__main__"`.
"""

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from data_generators.dataset.content import Content
from data_generators.dataset.parts import Part, WrittenPart, write_part
from data_generators.dataset.target import UNFINISHED
from data_generators.errors import WorkerKilled
from data_generators.safe_path import SAFE_PATH, safe_path
from data_generators.world import World

if TYPE_CHECKING:
    from concurrent.futures import Future

    from tqdm.auto import tqdm

#: seconds between two looks at how far the workers are
GLANCE = 0.2
#: more threads than one a worker would only take turns on the same cores
ONE_THREAD = {f"{n}_NUM_THREADS": "1" for n in ("OMP", "OPENBLAS", "MKL")}


def write_parts(
    world: World,
    folder: Path,
    parts: Sequence[Part],
    content: Content,
    *,
    workers: int,
    progress: bool,
) -> Generator[WrittenPart, None, None]:
    """What each part came to, in order, with a bar that advances by blocks.

    `folder` holds the mark of an unfinished dataset. Raises WorkerKilled when a worker is killed
    from outside, for want of memory, say; closing the iterator ends the workers.
    """
    from tqdm.auto import tqdm

    workers = min(workers, len(parts))
    total = sum(len(part.blocks) for part in parts)
    with tqdm(total=total, desc="blocks", disable=not progress, unit="") as bar:
        if workers > 1:
            yield from _at_once(world, folder, parts, content, workers, bar)
            return
        for part in parts:
            yield write_part(world, folder, part, content, bar.update)


def _at_once(
    world: World,
    folder: Path,
    parts: Sequence[Part],
    content: Content,
    workers: int,
    bar: "tqdm[None]",
) -> Iterator[WrittenPart]:
    from joblib.externals.loky import ProcessPoolExecutor
    from joblib.externals.loky.process_executor import BrokenProcessPool

    world = replace(world)  # what it has cached need not be sent to every worker
    with safe_path():
        pool = ProcessPoolExecutor(
            workers,
            initializer=_start_worker,
            initargs=(os.getpid(),),
            env=ONE_THREAD | SAFE_PATH,  # for those too that are started in another's place
        )
    calls = (partial(pool.submit, _write_in_worker, world, folder, part, content) for part in parts)
    try:
        yield from _in_order(calls, 2 * workers, folder / UNFINISHED, bar)
    except BrokenProcessPool as error:
        raise WorkerKilled(
            f"One of {workers} workers was killed, most likely for want of memory; nothing was "
            "written. Try again with fewer workers."
        ) from error
    finally:
        # after the last result they hold nothing, and after an error nothing that is wanted
        pool.shutdown(kill_workers=True)


def _in_order(
    calls: "Iterator[Callable[[], Future[WrittenPart]]]", most: int, mark: Path, bar: "tqdm[None]"
) -> Iterator[WrittenPart]:
    """Results in order, each as soon as it is there; the first error of any call at once.

    At most so many calls wait or run at a time: joblib's pool, when it is ended with more than
    its queue holds, prints a traceback.
    """
    from concurrent.futures import FIRST_COMPLETED, wait

    begun: deque[Future[WrittenPart]] = deque()
    while True:
        with _interrupts_held(), safe_path():
            begun.extend(call() for call in islice(calls, most - len(begun)))
        if not begun:
            return
        wait([c for c in begun if not c.done()], timeout=GLANCE, return_when=FIRST_COMPLETED)
        for call in begun:
            if call.done():
                call.result()
        bar.update(mark.stat().st_size - bar.n)
        while begun and begun[0].done():
            yield begun.popleft().result()


def _write_in_worker(world: World, folder: Path, part: Part, content: Content) -> WrittenPart:
    """`write_part`, told of by a byte a block in the folder's mark."""
    with (folder / UNFINISHED).open("ab", buffering=0) as mark:
        return write_part(world, folder, part, content, lambda: mark.write(b"."))


def _start_worker(caller: int) -> None:
    import pyarrow as pa

    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    threading.Thread(target=_end_with, args=(caller,), daemon=True).start()


def _end_with(caller: int) -> None:
    """A caller that is killed cannot stop its workers, so they look after it."""
    while os.getppid() == caller:
        time.sleep(1.0)
    os._exit(1)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Processes that start here never see Ctrl-C: their caller does, and ends them in silence."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
