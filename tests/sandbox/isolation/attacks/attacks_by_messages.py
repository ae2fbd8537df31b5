"""Attacks on the supervisor through what it reads."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from unittest import mock

import numpy as np
import on_protocol
import on_resources
import pandas as pd
from by_hand import SOON, WATCHING, same
from from_inside import Doing
from rig import FEATURES, MIB, Attack

from sandbox.isolation import Artefact, Limits, Status, checks, memory
from sandbox.isolation.process import LAST_WORDS, Process

OWN = "the supervisor's checks"
LINE = '{"number": 1, "status": "ok", "reason": "", "size": 24}\n'


def _protocol(name, run, witness, supervisor=OWN, **more):
    return Attack(name, "protocol", witness, run=run, supervisor=supervisor, **more)


def passes(values, line=LINE):
    """Whether numbers that are no scores come out as scores; bare: with the check left out."""

    def run(rig):
        check = mock.patch.object(checks, "complaint", return_value="")
        with WATCHING if rig.bare else same(), check if rig.bare else same():
            model = Doing(on_protocol.answer_with, values=values, line=line)
            outcome = rig.scored(model, limits=SOON)
        assert outcome.status in (Status.OK, Status.PROTOCOL_VIOLATION), outcome.reason
        return outcome.status is Status.OK

    return run


def believed(line, times=1, descriptors=0):
    """Whether a forged line is taken for an answer; bare: whether it arrives at all."""

    def run(rig):
        heard = []
        hear = Process._hear

        def spied(process):
            before = process._received
            try:
                hear(process)
            finally:
                heard.append(process._received[len(before) :])

        model = Doing(on_protocol.say, line=line, times=times, descriptors=descriptors)
        with rig.worker(SOON) as place:
            place._place.ready()
            with WATCHING, mock.patch.object(Process, "_hear", spied) if rig.bare else same():
                outcome = place.score(Artefact.of(model), FEATURES, ("pd",))
        if rig.bare:
            return line[:1000].encode() in b"".join(heard)
        assert outcome.status is Status.PROTOCOL_VIOLATION, outcome.reason
        return outcome.status is Status.OK

    return run


@contextlib.contextmanager
def watched(rig):
    """Every memory file that goes in, kept outside with what was in it; bare: not sealed."""
    kept, watcher = [], threading.get_ident()
    make, write = memory.sealed, memory.writable

    def made(*words):
        descriptor = make(*words)
        if threading.get_ident() != watcher:
            return descriptor
        size = os.fstat(descriptor).st_size
        kept.append((os.dup(descriptor), bytes(memory.contents(descriptor, size))))
        return descriptor

    def written(*words):
        descriptor = write(*words)
        if threading.get_ident() != watcher:
            return descriptor
        kept.append((os.dup(descriptor), os.fstat(descriptor).st_size))
        return descriptor

    with contextlib.ExitStack() as stack:
        if rig.bare:
            stack.enter_context(mock.patch.object(memory, "seal", return_value=None))
        stack.enter_context(mock.patch.object(memory, "sealed", made))
        stack.enter_context(mock.patch.object(memory, "writable", written))
        yield kept
    for descriptor, _ in kept:
        os.close(descriptor)


def changed(what, kind):
    """Whether memory of a kind was changed, as seen through a descriptor that stayed outside."""

    def run(rig):
        with WATCHING, rig.worker(SOON) as place:
            place._place.ready()
            with watched(rig) as kept:
                table = pd.DataFrame({"x": np.full(5000, 0.5)})
                place.score(Artefact.of(Doing(what, kind=kind)), table, ("pd",))
                assert len(kept) == 3, "the model, the features, the scores"
                sizes = [os.fstat(d).st_size == _size(before) for d, before in kept]
                same = [
                    memory.contents(d, len(before)) == before
                    for d, before in kept
                    if isinstance(before, bytes)
                ]
        return not (all(sizes) and all(same))

    return run


def _size(before):
    return len(before) if isinstance(before, bytes) else before


def after_the_check(rig):
    """Whether scores that were checked change later; bare: whether the shared memory does."""
    with WATCHING, rig.worker(SOON) as place:
        place._place.ready()
        with watched(_Sealed) as kept:
            outcome = place.score(Artefact.of(Doing(on_protocol.keep_writing)), FEATURES, ("pd",))
            before = outcome.value.copy()
            time.sleep(0.8)
            shared = np.frombuffer(memory.contents(kept[-1][0], 24))
    assert outcome.status is Status.OK, outcome.reason
    return (shared == 0.75).all() if rig.bare else not np.array_equal(outcome.value, before)


class _Sealed:
    bare = False


def unasked(rig):
    """Whether a line that came early is taken for the next answer; bare: whether it comes."""
    with rig.worker(SOON) as place:
        model = Artefact.of(Doing(on_protocol.speak_later))
        assert place.score(model, FEATURES, ("pd",)).status is Status.OK
        time.sleep(0.6)
        if rig.bare:
            return bool(place._place._process.connection.recv(64, socket.MSG_PEEK))
        return place.score(model, FEATURES, ("pd",)).status is Status.OK


def descriptors_sent_back(rig):
    """Whether descriptors arrive in the supervisor; bare: in one that takes what it is sent."""
    if rig.bare:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            socket.send_fds(theirs, [b"{}\n"], [0] * 20)
            _, taken, *_ = socket.recv_fds(ours, 16, 64)
        for descriptor in taken:
            os.close(descriptor)
        return len(taken) == 20
    code = f"""
import sys
sys.path[:0] = {sys.path!r}
import attacks_by_messages as a
print(a.taken({rig.cell!r}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip() != "0"


def taken(cell):
    """Descriptors more than before, in a process that does nothing else."""
    from rig import Rig

    rig = Rig(cell, None)
    rig.scored(Doing(on_protocol.say, line="{}\n", wait=1.0), limits=SOON)
    before = len(os.listdir("/proc/self/fd"))
    model = Doing(on_protocol.say, line="{}\n", descriptors=50)
    assert rig.scored(model, limits=SOON).status is Status.PROTOCOL_VIOLATION
    return len(os.listdir("/proc/self/fd")) - before


def flood_of_words(rig):
    """Whether 20 MiB of output stay with the supervisor; bare: with one who keeps what is said."""
    if rig.bare:
        words = [sys.executable, "-c", f"print('x' * {20 * MIB})"]
        return len(subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout) > 20 * MIB
    with rig.worker(Limits(wall=30.0)) as place:
        place.score(Artefact.of(Doing(on_resources.flood, mib=20)), FEATURES, ("pd",))
        process = place._place._process
    assert process.last_words
    return len(process.last_words) > LAST_WORDS


NAN, INFINITY = float("nan"), float("inf")
PROTOCOL = (
    _protocol("NaN", passes([0.5, NAN, 0.5]), "the scores"),
    _protocol("infinity", passes([0.5, INFINITY, 0.5]), "the scores"),
    _protocol("minus infinity", passes([0.5, -INFINITY, 0.5]), "the scores"),
    _protocol("a probability above 1", passes([0.5, 1.5, 0.5]), "the scores"),
    _protocol("a negative probability", passes([0.5, -0.5, 0.5]), "the scores"),
    _protocol("rows left out", passes([0.5]), "the scores"),
    _protocol("text laid down as numbers", passes(np.frombuffer(b"lowriskx" * 3)), "the scores"),
    _protocol("too few bytes", believed(LINE.replace("24", "8")), "the answer"),
    _protocol("more bytes than agreed", believed(LINE.replace("24", "99999999")), "the answer"),
    _protocol("a negative size", believed(LINE.replace("24", "-24")), "the answer"),
    _protocol("a size that is no integer", believed(LINE.replace("24", "24.0")), "the answer"),
    _protocol("a forged ready", believed(LINE.replace('"number": 1', '"number": 0')), "the answer"),
    _protocol(
        "an answer for later", believed(LINE.replace('"number": 1', '"number": 2')), "the answer"
    ),
    _protocol("two answers", believed(LINE * 2), "the answer"),
    _protocol(
        "a status of the supervisor's", believed(LINE.replace('"ok"', '"timed out"')), "the answer"
    ),
    _protocol("an oversized message", believed("{" * 60_000, times=100), "the answer"),
    _protocol("deeply nested JSON", believed("[" * 60_000 + "\n"), "the answer"),
    _protocol("bytes that are no text", believed("\x00\x7f\n"), "the answer"),
    _protocol("an answer that nobody asked for", unasked, "the socket"),
    _protocol("descriptors sent back", descriptors_sent_back, "the supervisor's descriptors"),
    _protocol(
        "shortened scores (SIGBUS)", changed(on_protocol.shorten, "out"), "the memory", "seals"
    ),
    _protocol(
        "shortened features (SIGBUS for the next)",
        changed(on_protocol.shorten, "in"),
        "the memory",
        "seals",
    ),
    _protocol("lengthened scores", changed(on_protocol.lengthen, "out"), "the memory", "seals"),
    _protocol(
        "features opened again for writing",
        changed(on_protocol.overwrite, "in"),
        "the memory",
        "seals",
    ),
    _protocol("scores changed after the check", after_the_check, "the scores", "a copy"),
    _protocol("flood on stdout", flood_of_words, "what the supervisor keeps", "a bound"),
)
