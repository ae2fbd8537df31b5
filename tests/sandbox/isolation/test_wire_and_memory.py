"""Messages and memory at the boundary, without a sandbox around them."""

import json
import os
import socket

import numpy as np
import pandas as pd
import pytest

from sandbox.isolation import Status, bubblewrap, interpreter, memory, tables, wire


@pytest.fixture
def good():
    return {"number": 1, "status": "ok", "reason": "", "size": 8}


def test_a_reply_reads_as_it_was_written():
    reply = wire.Reply(3, Status.RAISED, "ünd — so", 0)
    assert wire.Reply.read(reply.line(), 3) == reply


@pytest.mark.parametrize(
    "change",
    [
        {"number": 2},
        {"number": True},
        {"status": "timed out"},
        {"status": "fine"},
        {"reason": None},
        {"size": -1},
        {"size": 8.0},
        {"extra": 1},
    ],
)
def test_a_reply_that_differs_in_one_field_breaks_the_protocol(good, change):
    wire.Reply.read(json.dumps(good).encode(), 1)
    with pytest.raises(wire.BrokenProtocol):
        wire.Reply.read(json.dumps({**good, **change}).encode(), 1)


@pytest.mark.parametrize("line", [b"", b"[]", b"\xff", b"{" * 60_000, b'{"size": ' + b"9" * 9000])
def test_what_is_not_a_message_breaks_the_protocol(line):
    with pytest.raises(wire.BrokenProtocol):
        wire.Reply.read(line, 1)


def test_descriptors_travel_to_the_worker_and_messages_are_bounded():
    ours, theirs = socket.socketpair()
    descriptor = memory.sealed_bytes(b"payload")
    wire.send(ours, wire.encoded({"task": "score"}), [descriptor])
    message, (received,) = wire.receive(theirs)
    assert message == {"task": "score"}
    assert memory.contents(received, 7) == b"payload"
    for open_one in (descriptor, received):
        os.close(open_one)
    ours.close()
    assert wire.receive(theirs) is None
    theirs.close()
    with pytest.raises(ValueError, match="at most"):
        wire.encoded({"task": "x" * wire.LINE})


def test_result_memory_keeps_its_size_and_holds_no_number_before_it_is_written():
    descriptor = memory.writable(24, np.float64(np.nan).tobytes())
    assert np.isnan(np.frombuffer(memory.contents(descriptor, 24))).all()
    for size in (0, 1000):
        with pytest.raises(PermissionError):
            os.ftruncate(descriptor, size)
    with pytest.raises(PermissionError):
        os.pwrite(descriptor, b"x", 24)
    memory.put(descriptor, np.array([1.0, 2.0, 3.0]).data)
    assert np.frombuffer(memory.contents(descriptor, 24)).tolist() == [1.0, 2.0, 3.0]
    os.close(descriptor)


def test_a_table_arrives_with_its_values_types_and_missing_values():
    table = pd.DataFrame(
        {
            "amount": [1.5, np.nan, -0.0],
            "count": [1, 2, 3],
            "flag": [True, False, True],
            "name": ["a", None, "ü"],
            "grade": pd.Categorical(["x", "y", None]),
            "day": pd.to_datetime(["2026-01-01", None, "2026-01-03"]),
            "maybe": pd.array([1, None, 3], dtype="Int64"),
        },
        index=[7, 7, 9],
    )
    descriptor = memory.sealed(lambda file: tables.write(table, file))
    pd.testing.assert_frame_equal(tables.read(descriptor), table.reset_index(drop=True))
    os.close(descriptor)


def test_a_sandbox_shows_nothing_of_the_project_but_the_sandbox_package():
    project = interpreter.SANDBOX.parent
    seen = bubblewrap.view()
    inside_project = [a for a, _ in seen.binds if a.is_relative_to(project)]
    packages = [p for p in interpreter.current().packages if p.is_relative_to(project)]
    prefix = [p for p in (interpreter.current().prefix,) if p.is_relative_to(project)]
    assert set(inside_project) == {interpreter.SANDBOX, *packages, *prefix}


def test_generators_installed_as_a_package_are_masked(monkeypatch, tmp_path):
    (tmp_path / "sandbox").mkdir()
    (tmp_path / "data_generators").mkdir()
    python = interpreter.Interpreter(interpreter.current().executable, tmp_path / "no", (tmp_path,))
    monkeypatch.setattr(interpreter, "SANDBOX", tmp_path / "sandbox")
    monkeypatch.setattr(interpreter, "current", lambda: python)
    assert bubblewrap.view().masked == (bubblewrap.PACKAGES / "0/data_generators",)
