"""Features written once and given to many workers."""

from __future__ import annotations

import mmap
import os
import threading
import weakref
from functools import partial
from typing import TYPE_CHECKING

from sandbox.errors import BadInput
from sandbox.isolation import memory, tables
from sandbox.isolation.closing import Closing

if TYPE_CHECKING:
    import pandas as pd


class SharedFeatures(Closing):
    """A table in sealed memory, which every worker that is given it maps and none can change.

    `Worker.fit`, `score` and `explain` and `Session.score` take it where they take a table. It is
    written when it is made and takes its size in memory until it is closed: by `close`, at the
    end of a `with` block, or with the object.

    What a model could leave behind on the memory itself (times, mode, attributes) to be found by
    the next is looked for whenever it is handed out, and a new copy made where something was.
    Workers that use it at the same moment could still signal to each other, as they could by the
    time they take. May be used by several threads at once.

    >>> import pandas as pd
    >>> with SharedFeatures(pd.DataFrame({"utilisation": [0.2, 0.9]})) as features:
    ...     len(features), features.columns
    (2, ('utilisation',))
    """

    def __init__(self, table: pd.DataFrame) -> None:
        tables.checked(table, "features")
        self.columns = tuple(map(str, table.columns))
        self._rows = len(table)
        self._lock = threading.Lock()
        self._hold(memory.sealed(partial(tables.write, table)))

    def __len__(self) -> int:
        return self._rows

    def reader(self) -> int:
        """A descriptor for one worker, with an offset and locks of its own; the taker closes it."""
        with self._lock:
            if not self._close.alive:
                raise BadInput("These shared features have been closed; make them again.")
            if _marks(self._descriptor) != self._marks:
                self._renew()
            try:
                return memory.reader(self._descriptor)
            except PermissionError:  # a worker changed the mode since it was looked at
                self._renew()
                return memory.reader(self._descriptor)

    def close(self) -> None:
        """Let the memory go; workers that map it keep it until they end."""
        with self._lock:
            self._close()

    def _hold(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._marks = _marks(descriptor)
        self._close = weakref.finalize(self, os.close, descriptor)

    def _renew(self) -> None:
        """The same bytes, which are sealed, in memory that no model has seen."""
        close = self._close
        # mapped, not opened again: the mode may be one that forbids it
        with mmap.mmap(self._descriptor, 0, prot=mmap.PROT_READ) as old:
            self._hold(memory.sealed(lambda file: file.write(old)))
        close()


def _marks(descriptor: int) -> tuple[object, ...]:
    """What of the memory's inode a worker may be able to change; reading changes none of it."""
    seen = os.fstat(descriptor)
    named = tuple(os.listxattr(descriptor)) if hasattr(os, "listxattr") else ()
    return seen.st_mode, seen.st_uid, seen.st_gid, seen.st_mtime_ns, seen.st_ctime_ns, named
