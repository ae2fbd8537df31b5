"""Messages between supervisor and worker: one bounded line each, over a stream socket.

Lines are JSON, but for single rows, where a line says no more than the row's number.

The supervisor sends descriptors along and never takes any: it reads with plain `recv`, which
makes the kernel drop what a worker attaches. What arrives from a worker is untrusted text.
"""

import array
import json
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.isolation.outcome import Status

#: bytes of one message, its line break included
LINE = 1 << 16
#: descriptors that one request may carry
DESCRIPTORS = 8
#: how a request for the scores of the next row begins; its whole line is the answer when all is
#: well, so the path of single rows neither writes nor reads JSON
ROW = b"row "

#: how a worker may say that a request ended; the rest the supervisor sees for itself
_SAYABLE = {
    Status.OK,
    Status.OUT_OF_MEMORY,
    Status.REFUSED,
    Status.PROTOCOL_VIOLATION,
    Status.RAISED,
}


class BrokenProtocol(Exception):
    """What arrived is not a message of this protocol."""


@dataclass(frozen=True)
class Reply:
    """A worker's answer to the request of the same number."""

    number: int
    status: Status
    #: why not ok, one line
    reason: str
    #: bytes written to the result's memory
    size: int

    def line(self) -> bytes:
        """The message as sent."""
        return encoded(
            {"number": self.number, "status": self.status, "reason": self.reason, "size": self.size}
        )

    @classmethod
    def read(cls, line: bytes, number: int) -> "Reply":
        """Check every field of a worker's message; BrokenProtocol with what is wrong.

        >>> Reply.read(b'{"number": 1, "status": "ok", "reason": "", "size": 8}', 1).size
        8
        """
        try:
            said = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BrokenProtocol("a message that is not JSON") from error
        types = {"number": int, "status": str, "reason": str, "size": int}
        if type(said) is not dict or {k: type(v) for k, v in said.items()} != types:
            raise BrokenProtocol("a message with other fields than agreed")
        if said["number"] != number:
            raise BrokenProtocol("an answer to a request that was not made")
        if said["status"] not in _SAYABLE:
            raise BrokenProtocol("an unknown status")
        if said["size"] < 0:
            raise BrokenProtocol("a negative size")
        return cls(number, Status(said["status"]), said["reason"], said["size"])


def row(number: int) -> bytes:
    """The request for the scores of the row that lies in the slot, and its answer.

    >>> row(7)
    b'row 7\\n'
    """
    return b"%s%d\n" % (ROW, number)


def encoded(message: Mapping[str, Any]) -> bytes:
    """The message as one line; ValueError when it is longer than `LINE`."""
    line = json.dumps(message).encode() + b"\n"
    if len(line) > LINE:
        raise ValueError(f"a message of {len(line)} bytes; at most {LINE} can be sent")
    return line


def send(connection: socket.socket, line: bytes, descriptors: Sequence[int] = ()) -> None:
    """Send one line with descriptors attached to its first byte."""
    sent = socket.send_fds(connection, [line], list(descriptors)) if descriptors else 0
    connection.sendall(line[sent:])


def receive(connection: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """The supervisor's next request and its descriptors; None when it has gone (worker side)."""
    line, descriptors = b"", array.array("i")
    room = socket.CMSG_SPACE(DESCRIPTORS * descriptors.itemsize)
    while not line.endswith(b"\n"):
        data, attached, _, _ = connection.recvmsg(LINE, room)
        if not data:
            return None
        for level, kind, payload in attached:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                whole = len(payload) - len(payload) % descriptors.itemsize
                descriptors.frombytes(payload[:whole])
        line += data
    if line.startswith(ROW):
        return {"task": "row", "number": int(line[len(ROW) :])}, list(descriptors)
    return json.loads(line), list(descriptors)
