"""Memory of the row path at the boundary, without a sandbox around it."""

import mmap
import os

import numpy as np
import pytest

from sandbox.errors import BadInput
from sandbox.isolation import memory, wire
from sandbox.isolation.rows import RowMemory, RowShape, Served

SHAPE = RowShape(2, ("pd", "score"))


class Sums:
    outputs, role = ("pd", "score"), "pd"

    def predict(self, features):
        return np.array([[features.sum(), features[0, 0]]])


@pytest.fixture
def rows():
    memory_of_rows = RowMemory(SHAPE)
    yield memory_of_rows
    memory_of_rows.close()


def test_only_the_supervisor_writes_to_the_slot(rows):
    rows.put(np.array([0.5, 0.25]))
    again = os.open(f"/proc/self/fd/{rows.features}", os.O_RDWR)
    attempts = (
        lambda: os.pwrite(again, b"x", 0),
        lambda: mmap.mmap(again, 16),
        lambda: mmap.mmap(rows.features, 16),
        lambda: os.ftruncate(again, 0),
        lambda: os.ftruncate(again, 4096),
        lambda: memory.seal(again, 0x8),
    )
    for attempt in attempts:
        with pytest.raises(PermissionError):
            attempt()
    os.close(again)
    with pytest.raises(OSError, match="Bad file descriptor"):  # it was opened to be read
        os.pwrite(rows.features, b"x", 0)
    rows.put(np.array([1.0, 2.0]))  # while it still can
    assert np.frombuffer(memory.contents(rows.features, 16)).tolist() == [1.0, 2.0]


def test_the_memory_of_scores_keeps_its_size(rows):
    for size in (0, 8, 4096):
        with pytest.raises(PermissionError):
            os.ftruncate(rows.scores, size)


def test_a_row_goes_in_and_its_scores_come_out_as_a_copy(rows):
    served = Served(SHAPE, rows.features, rows.scores)
    rows.put(np.array([0.5, 0.25]))
    assert np.isnan(rows.taken()).all()  # before they are there
    served.score(Sums())
    taken = rows.taken()
    os.pwrite(rows.scores, b"\0" * 16, 0)
    assert taken.tolist() == [0.75, 0.5]
    rows.put(np.array([0.0, 0.0]))
    assert np.isnan(rows.taken()).all()  # the last row's are gone


def test_a_request_for_a_row_is_one_short_line():
    assert len(wire.row(10**12)) < 24


def test_names_that_do_not_fit_into_a_message_are_refused():
    with pytest.raises(BadInput, match="without column names"):
        RowShape(2_000, ("pd",), tuple(f"column_{i}" for i in range(2_000)))
    with pytest.raises(BadInput, match="empty"):
        RowShape(0, ("pd",))
