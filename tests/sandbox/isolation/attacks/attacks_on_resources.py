"""Attacks on the machine's means, and how they show from outside."""

import dataclasses

import on_resources
from expectations import FOLDERS
from rig import MIB, Attack

from sandbox.isolation import Limits


def _held_sockets(look):
    return sum(link.startswith("socket:") for link in look.links().values())


SMALL = Limits(memory=1024 * MIB, file_size=16 * MIB, processes=24, cpu=1, wall=5.0)


def _resource(name, what, seen, witness, alone, give=lambda scene: {}, limits=SMALL, **more):
    return Attack(name, "resources", witness, seen, what, give, limits, alone=alone, **more)


def _flooded(bytes_):
    return lambda look: look.written(FOLDERS) > bytes_


def _folders(scene):
    return {"folders": FOLDERS, "name": f"flood-{scene.token.decode()}-"}


def _resident(look):
    return look.number("VmRSS") * 1024 > SMALL.memory


def _seconds(look):
    from sandbox.isolation import observe

    return observe.usage(look.pids())[1] > 4.6


RESOURCES = (
    _resource(
        "heap",
        on_resources.heap,
        _resident,
        "resident memory",
        ("rlimits",),
        lambda s: {"mib": 1280},
    ),
    _resource(
        "one large memory file",
        on_resources.memory_files,
        lambda look: look.blocks("memfd:flood") > SMALL.file_size + MIB,
        "blocks of the worker's files",
        ("seccomp", "rlimits"),
        lambda s: {"count": 1, "mib": 32},
    ),
    _resource(
        "many memory files",
        on_resources.memory_files,
        lambda look: look.blocks("memfd:flood") > SMALL.memory,
        "blocks of the worker's files",
        ("seccomp",),
        lambda s: {"count": 90, "mib": 12},
    ),
    _resource(
        "one large file",
        on_resources.one_large_file,
        lambda look: look.largest(FOLDERS) > SMALL.file_size + MIB,
        "blocks of its files",
        ("landlock", "rlimits"),
        lambda s: {**_folders(s), "mib": 96},
    ),
    _resource(
        "many files",
        on_resources.scratch_files,
        _flooded(64 * MIB),
        "blocks of its files",
        ("bubblewrap", "landlock"),
        lambda s: {**_folders(s), "count": 8, "mib": 12},
    ),
    _resource(
        "System V shared memory",
        on_resources.shared_memory,
        lambda look: "SYSV" in look.text("maps"),
        "the worker's memory map",
        ("seccomp",),
        lambda s: {"mib": 16},
    ),
    _resource(
        "fork bomb",
        on_resources.fork_bomb,
        lambda look: len(look.pids()) > SMALL.processes,
        "the process list",
        ("seccomp",),
        lambda s: {"count": 40},
    ),
    _resource(
        "fork bomb by bare system calls",
        on_resources.vfork_bomb,
        lambda look: len(look.pids()) > SMALL.processes,
        "the process list",
        ("seccomp",),
        lambda s: {"count": 40},
    ),
    _resource(
        "threads",
        on_resources.thread_bomb,
        lambda look: look.number("Threads") > SMALL.processes,
        "the worker's status",
        ("rlimits",),
        lambda s: {"count": 60},
    ),
    _resource(
        "processor time, all signals ignored",
        on_resources.spin,
        _seconds,
        "processor time",
        ("rlimits",),
        limits=dataclasses.replace(SMALL, wall=15.0),
    ),
    _resource(
        "descriptors",
        on_resources.descriptors,
        lambda look: len(look.links()) > 200,
        "the worker's descriptors",
        ("rlimits",),
        lambda s: {"count": 400},
    ),
    _resource(
        "buffers of sockets",
        on_resources.socket_buffers,
        lambda look: len(look.sockets()) > 2 or _held_sockets(look) > 12,
        "the worker's descriptors",
        ("seccomp",),
        lambda s: {"count": 8},
    ),
)
