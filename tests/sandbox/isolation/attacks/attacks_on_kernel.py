"""Attacks on the kernel's doors, and how they show from outside."""

import os
import socket
from pathlib import Path

import host_facts
import on_kernel
from expectations import CAPABLE, FOREIGN, ROOT, STOPPED_ALL, stolen
from rig import Attack

from sandbox.isolation import Limits


def _kernel(name, what, seen, witness, alone, give=lambda scene: {}, **more):
    return Attack(name, "kernel", witness, seen, what, give, alone=alone, **more)


def _descriptor(name, what, kind, alone=("seccomp",), **more):
    return _kernel(name, what, lambda look: look.holds(kind), f"descriptor {kind}", alone, **more)


def _named(look):
    return look.scene.token.decode() in look.text("cmdline")


def _running(name, what, alone, **more):
    return _kernel(
        name,
        what,
        _named,
        "the process list",
        alone,
        lambda s: {"token": s.token.decode()},
        limits=Limits(wall=4.0),
        **more,
    )


def _mounted(look):
    token = look.scene.token.decode()
    return any(token in line for line in look.text("mountinfo").splitlines())


def _rooted(look):
    name = look.scene.token.decode()
    return any(os.path.exists(f"/proc/{pid}/root/{name}") for pid in look.pids())


def _entered(look):
    theirs = os.readlink(f"/proc/{look.scene.bystander.pid}/ns/uts")
    if theirs == os.readlink("/proc/self/ns/uts"):
        return False
    return any(os.readlink(f"/proc/{pid}/ns/uts") == theirs for pid in look.pids())


def _host_name(look):
    if socket.gethostname().encode() != b"attack-" + look.scene.token[:8]:
        return False
    socket.sethostname("attacked")
    return True


def _rose(look):
    return any(os.sched_getscheduler(pid) == os.SCHED_FIFO for pid in look.pids())


def _bystander(scene):
    return {"pid": scene.bystander.pid}


KERNEL = (
    _kernel(
        "user namespace",
        on_kernel.new_user_namespace,
        lambda look: any(
            os.readlink(f"/proc/{pid}/ns/user") != os.readlink(f"/proc/{look.pid}/ns/user")
            for pid in look.pids()
        ),
        "namespaces of the worker's children",
        ("bubblewrap", "seccomp"),
    ),
    _kernel(
        "mount",
        on_kernel.mount,
        _mounted,
        "mount table of the worker's children",
        STOPPED_ALL,
        lambda s: {"token": s.token},
    ),
    _kernel(
        "chroot",
        on_kernel.change_root,
        _rooted,
        "root folder of the worker's children",
        ("bubblewrap", "seccomp"),
        lambda s: {"folder": s.path("root")},
    ),
    _kernel(
        "pivot_root",
        on_kernel.pivot,
        _rooted,
        "root folder of the worker's children",
        STOPPED_ALL,
        lambda s: {"folder": s.path("root")},
        limits=FOREIGN,
    ),
    _kernel(
        "setns into another's namespace",
        on_kernel.enter,
        _entered,
        "namespaces of the worker's children",
        ("bubblewrap", "landlock", "seccomp"),
        _bystander,
        bare=ROOT,
        reason=CAPABLE,
    ),
    _kernel(
        "host name",
        on_kernel.host_name,
        _host_name,
        "the host's name",
        ("bubblewrap", "seccomp"),
        lambda s: {"name": b"attack-" + s.token[:8]},
        bare=ROOT,
        reason=CAPABLE,
    ),
    _kernel(
        "ptrace",
        on_kernel.trace,
        lambda look: look.scene.tracer() != 0,
        "the traced process's status",
        STOPPED_ALL,
        _bystander,
        **host_facts.tracing(),
    ),
    _kernel(
        "process_vm_readv",
        on_kernel.read_memory_of,
        stolen,
        "the token comes out",
        STOPPED_ALL,
        lambda s: {"pid": s.bystander.pid, "address": s.address, "size": 16},
        **host_facts.tracing(),
    ),
    _kernel(
        "process_vm_writev",
        on_kernel.write_memory_of,
        lambda look: look.scene.bystanders_memory() == b"overwritten by a",
        "the other process's memory",
        STOPPED_ALL,
        lambda s: {"pid": s.bystander.pid, "address": s.address, "data": b"overwritten by a"},
        **host_facts.tracing(),
    ),
    _kernel(
        "pidfd_getfd: a descriptor of another process",
        on_kernel.take_descriptor_of,
        stolen,
        "the token comes out",
        STOPPED_ALL,
        lambda s: {"pid": s.bystander.pid, "number": s.deleted},
        **host_facts.tracing(),
    ),
    _kernel(
        "killing another process",
        on_kernel.kill,
        lambda look: look.scene.target.poll() is not None,
        "that process",
        STOPPED_ALL,
        lambda s: {"pid": s.target.pid},
    ),
    _kernel(
        "the process list",
        on_kernel.which_live,
        lambda look: look.booty == bytes(49 if x else 48 for x in look.scene.lives),
        "which of 24 numbers are processes comes out",
        ("bubblewrap",),
        lambda s: {"pids": s.pids},
        open_at_lsm="the processes are there, and calls and paths answer differently for those",
    ),
    _running("execve", on_kernel.execute, ("landlock", "seccomp")),
    _running("exec of a memory file", on_kernel.execute_memory, ("landlock", "seccomp")),
    _running("a shell", on_kernel.spawn_shell, STOPPED_ALL),
    _kernel(
        "int 0x80",
        on_kernel.as_i386,
        lambda look: (look.pid, 100) in look.links(),
        "descriptor 100",
        ("seccomp",),
        limits=FOREIGN,
        **host_facts.door("as_i386"),
    ),
    _kernel(
        "x32",
        on_kernel.as_x32,
        lambda look: (look.pid, 101) in look.links(),
        "descriptor 101",
        ("seccomp",),
        limits=FOREIGN,
        **host_facts.door("as_x32"),
    ),
    _descriptor("io_uring", on_kernel.ring, "io_uring", **host_facts.io_uring()),
    _kernel(
        "keyctl: a key that stays",
        on_kernel.add_key,
        lambda look: look.scene.token in Path("/proc/keys").read_bytes() or stolen(look),
        "/proc/keys outside, and the key comes out",
        ("seccomp",),
        lambda s: {"token": s.token},
    ),
    _descriptor(
        "bpf", on_kernel.load_bpf, "bpf-map", ("bubblewrap", "seccomp"), **host_facts.bpf()
    ),
    _descriptor("perf_event_open", on_kernel.count_events, "perf_event", **host_facts.perf()),
    _descriptor("userfaultfd", on_kernel.faults, "userfaultfd"),
    _descriptor("memfd_secret", on_kernel.secret_memory, "secretmem"),
    _descriptor(
        "fanotify",
        on_kernel.notifications,
        "fanotify",
        ("bubblewrap", "seccomp"),
        bare=ROOT,
        reason=CAPABLE,
    ),
    _kernel(
        "personality",
        on_kernel.personality,
        lambda look: "00040000" in look.text("personality"),
        "/proc/PID/personality",
        ("seccomp",),
        limits=FOREIGN,
    ),
    _kernel(
        "TIOCSTI with high bits",
        on_kernel.type_on,
        lambda look: look.scene.typed(),
        "the terminal's input",
        STOPPED_ALL,
        lambda s: {"terminal": os.ttyname(s.slave), "token": s.token},
        **host_facts.terminals(),
    ),
    _kernel(
        "TIOCLINUX with high bits",
        on_kernel.console,
        lambda look: look.booty == b"done",
        "its own word",
        STOPPED_ALL,
        bare=ROOT,
        reason="the console belongs to root",
    ),
    _descriptor(
        "threads that started before the filter",
        on_kernel.on_older_threads,
        "io_uring",
        limits=Limits(wall=4.0, threads=4),
        **host_facts.io_uring(),
    ),
    _kernel(
        "spared when memory runs out (oom_score_adj)",
        on_kernel.spare_me,
        lambda look: "-1000" in look.text("oom_score_adj"),
        "/proc/PID/oom_score_adj",
        ("bubblewrap", "landlock", "seccomp"),
        **host_facts.oom_score(),
    ),
    _kernel(
        "real-time priority",
        on_kernel.first_in_line,
        _rose,
        "the worker's scheduling class",
        ("bubblewrap", "seccomp"),
        bare=ROOT,
        reason=CAPABLE,
        limits=FOREIGN,
    ),
)
