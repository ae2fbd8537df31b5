"""Filters of system calls: the numbers, the programs in simulation, and one in the kernel."""

import ctypes
import errno
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from simulated import ALLOW, ERRNO, KILL, decided

from sandbox.errors import IsolationUnavailable
from sandbox.isolation.kernel import bpf, seccomp, syscalls

MACHINES = list(syscalls.ARCHITECTURES.values())
REFUSED, UNKNOWN = ERRNO | errno.EPERM, ERRNO | errno.ENOSYS
OWN = 4321
HEADERS = {
    "x86_64": "/usr/include/x86_64-linux-gnu/asm/unistd_64.h",
    "aarch64": "/usr/include/asm-generic/unistd.h",
}
#: numbers that everybody knows, from the kernel's own tables
KNOWN = {
    "x86_64": {"read": 0, "clone": 56, "execve": 59, "kill": 62, "seccomp": 317},
    "aarch64": {"read": 63, "clone": 220, "execve": 221, "kill": 129, "seccomp": 277},
}

by_machine = pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m.name)


def number(name, machine):
    return syscalls.numbers(syscalls.ALL, machine)[name]


def filters(machine):
    return {
        "start": seccomp.starting(machine),
        "scratch": seccomp.confining(OWN, True, machine),
        "lsm": seccomp.confining(OWN, False, machine),
    }


def said(machine, which, name, *arguments):
    return decided(filters(machine)[which], number(name, machine), machine.audit, arguments)


# Those of linux-libc-dev; without them the kernel's own answers and the known numbers remain.
if any(Path(header).is_file() for header in HEADERS.values()):

    @pytest.mark.parametrize(
        "machine",
        [m for m in MACHINES if Path(HEADERS[m.name]).is_file()],
        ids=lambda m: m.name,
    )
    def test_numbers_are_those_of_the_headers_of_this_machine(machine):
        header = Path(HEADERS[machine.name]).read_text()
        defined = dict(re.findall(r"#define (__NR\w+)\s+(\w+)", header))
        for name, value in syscalls.numbers(syscalls.ALL, machine).items():
            there = defined.get(f"__NR_{name}", "")
            assert int(defined.get(there, there) or -1) == value, name


def test_the_kernel_answers_to_numbers_of_this_machine():
    own = syscalls.numbers(syscalls.ALL, syscalls.ARCHITECTURES[os.uname().machine])
    answers = {"getpid": os.getpid, "getppid": os.getppid, "getuid": os.getuid}
    answers |= {"geteuid": os.geteuid, "getgid": os.getgid, "gettid": threading.get_native_id}
    libc = ctypes.CDLL(None)
    assert {n: libc.syscall(own[n]) for n in answers} == {n: ask() for n, ask in answers.items()}


@by_machine
def test_no_two_calls_share_a_number_and_known_ones_are_where_they_belong(machine):
    numbers = syscalls.numbers(syscalls.ALL, machine)
    assert len(set(numbers.values())) == len(numbers)
    assert KNOWN[machine.name].items() <= numbers.items()
    assert 0 <= min(numbers.values()) <= max(numbers.values()) <= syscalls.NEWEST


def test_no_call_is_in_two_groups_and_what_aarch64_lacks_has_a_successor():
    assert len(syscalls.ALL) == sum(map(len, syscalls.GROUPS))
    old = {name for name, (_, arm) in syscalls.ALL.items() if arm is None}
    assert {"open", "stat", "fork", "vfork", "pipe", "dup2", "arch_prctl"} <= old
    assert all(x86 is not None for x86, _ in syscalls.ALL.values())
    since = {name: entry for name, entry in syscalls.ALL.items() if (entry[1] or 0) >= 424}
    assert all(x86 == arm for x86, arm in since.values())  # one table for all since Linux 5.1


@by_machine
def test_what_a_model_needs_is_allowed_and_what_nobody_needs_is_refused(machine):
    for name in ("read", "mmap", "futex", "openat", "clock_nanosleep", "sendto", "exit_group"):
        assert [said(machine, which, name) for which in filters(machine)] == [ALLOW] * 3, name
    for name in syscalls.numbers(syscalls.DENIED, machine):
        assert [said(machine, which, name) for which in filters(machine)] == [REFUSED] * 3, name


@by_machine
def test_nothing_is_executed_and_nothing_is_set_any_more_once_a_model_is_there(machine):
    for name in syscalls.numbers(syscalls.STARTING, machine):
        answers = [said(machine, which, name) for which in ("start", "scratch", "lsm")]
        assert answers == [ALLOW, REFUSED, REFUSED], name


@by_machine
def test_calls_of_another_machine_kill_and_calls_from_the_future_are_unknown(machine):
    for program in filters(machine).values():
        for other in (0x40000003, 0x40000028, *(m.audit for m in MACHINES if m is not machine)):
            assert decided(program, number("read", machine), other) == KILL
        assert decided(program, syscalls.NEWEST + 1, machine.audit) == UNKNOWN
        x32 = decided(program, number("read", machine) | 0x40000000, machine.audit)
        assert x32 == (KILL if machine.name == "x86_64" else UNKNOWN)
        assert decided(program, number("clone3", machine), machine.audit) == UNKNOWN


@by_machine
def test_threads_are_made_and_processes_and_namespaces_are_not(machine):
    thread, process = 0x3D0F00, 0x01200011
    assert said(machine, "scratch", "clone", thread) == ALLOW
    assert said(machine, "scratch", "clone", process) == REFUSED
    assert said(machine, "start", "clone", process) == ALLOW
    for bit in (17, 25, 26, 27, 28, 29, 30):
        for which in filters(machine):
            assert said(machine, which, "clone", thread | 1 << bit) == REFUSED


@by_machine
@pytest.mark.parametrize("high", [0, 1 << 32, 0xDEADBEEF << 32])
def test_bits_that_the_kernel_ignores_hide_nothing(machine, high):
    for which in filters(machine):
        for forbidden in (0x5412, 0x541C):  # TIOCSTI, TIOCLINUX
            assert said(machine, which, "ioctl", 1, forbidden | high) == REFUSED
        assert said(machine, which, "ioctl", 1, 0x5401 | high) == ALLOW
    assert said(machine, "lsm", "clone", 0x01200011 | high) == REFUSED
    assert said(machine, "lsm", "prctl", 1 | high, 0) == REFUSED  # PR_SET_PDEATHSIG
    assert said(machine, "lsm", "kill", 1 | high, 9) == REFUSED


@by_machine
def test_signals_and_limits_are_a_process_s_own(machine):
    for name in ("kill", "tgkill"):
        assert said(machine, "lsm", name, OWN) == ALLOW
        for other in (0, 1, -1, OWN + 1, -OWN):
            assert said(machine, "lsm", name, other) == REFUSED
    for asking, answer in ((3, ALLOW), (1030, ALLOW), (8, REFUSED), (10, REFUSED), (15, REFUSED)):
        assert said(machine, "lsm", "fcntl", 0, asking) == answer  # F_SETOWN, _SETSIG, _SETOWN_EX
    assert said(machine, "lsm", "prlimit64", 0, 7, 0, 0x7FFF_0000) == ALLOW
    assert said(machine, "lsm", "prlimit64", OWN, 7, 0, 0x7FFF_0000) == ALLOW
    for other, new in ((OWN + 1, 0), (0, 0x1000), (0, 1 << 40)):
        assert said(machine, "lsm", "prlimit64", other, 7, new) == REFUSED


@by_machine
def test_without_scratch_nothing_is_changed_by_its_path(machine):
    for name in syscalls.numbers(syscalls.CHANGING, machine):
        assert said(machine, "lsm", name) == REFUSED
        assert said(machine, "scratch", name) == ALLOW
    empty_unasked = os.O_TRUNC | os.O_RDONLY | os.O_CLOEXEC
    assert said(machine, "lsm", "openat", -100, 0, empty_unasked) == REFUSED
    assert said(machine, "lsm", "openat", -100, 0, os.O_TRUNC | 3) == REFUSED
    assert said(machine, "lsm", "openat", -100, 0, os.O_TRUNC | os.O_WRONLY) == ALLOW
    assert said(machine, "lsm", "openat", -100, 0, os.O_RDONLY | os.O_CLOEXEC) == ALLOW
    assert said(machine, "scratch", "openat", -100, 0, empty_unasked) == ALLOW


def test_a_jump_that_cannot_be_made_is_found_when_the_program_is_put_together():
    far = [bpf.if_equal(1, yes="end"), *[bpf.load(0)] * 256, bpf.answer(0, label="end")]
    twice = [bpf.answer(0, label="a"), bpf.answer(1, label="a")]
    for lines in ([bpf.if_equal(1, yes="nowhere")], far, twice, [], [bpf.load(0)] * 5000):
        with pytest.raises(ValueError, match=r"line|label"):
            bpf.assembled(lines)
    assert len(bpf.assembled(far[:1] + far[2:])) == 8 * 257


def test_a_machine_whose_numbers_are_not_known_is_refused(monkeypatch):
    monkeypatch.setattr(syscalls.platform, "machine", lambda: "riscv64")
    with pytest.raises(IsolationUnavailable, match=r"riscv64.*x86_64 and aarch64"):
        seccomp.starting()


#: put on by a thread beside one that was there before; each attack says what came of it
ATTACKS = """
import ctypes, errno, os, socket, subprocess, sys, threading
from sandbox.isolation.kernel import seccomp

tried, go, done = {}, threading.Event(), threading.Event()
libc = ctypes.CDLL(None, use_errno=True)
def attempt(name, function):
    try:
        failed = (function() or 0) < 0
        tried[name] = errno.errorcode[ctypes.get_errno()] if failed else "done"
    except OSError as error:
        tried[name] = errno.errorcode[error.errno]
    except ValueError:  # what `resource` makes of EPERM
        tried[name] = "EPERM"
def attacks():
    go.wait()
    attempt("exec", lambda: subprocess.run(["true"]).returncode)
    attempt("fork", lambda: os.waitpid(os.fork() or os._exit(0), 0)[1])
    attempt("socket", lambda: socket.socket().close())
    attempt("pair", lambda: [s.close() for s in socket.socketpair()] and None)
    attempt("memfd", lambda: os.close(os.memfd_create("x")))
    attempt("signal", lambda: os.kill(os.getppid(), 0))
    attempt("keyctl", lambda: libc.syscall(int(sys.argv[3]), 0, -3, 0))
    attempt("inotify", lambda: libc.inotify_init1(0))
    attempt("limit", lambda: __import__("resource").setrlimit(7, (64, 64)))
    attempt("pdeathsig", lambda: libc.prctl(1, 0))
    attempt("chmod", lambda: os.chmod(sys.argv[1], 0o640))
    attempt("own signal", lambda: os.kill(os.getpid(), 0))
    attempt("read", lambda: len(open(sys.argv[1]).read()))
    attempt("thread", lambda: threading.Thread(target=int).start())
    done.set()
threading.Thread(target=attacks, daemon=True).start()
if sys.argv[2] == "filtered":
    seccomp.install(seccomp.confining(os.getpid(), scratch=False))
go.set()
done.wait(20)
print(tried)
"""


def test_a_filter_binds_threads_that_were_there_before_it(tmp_path):
    target = tmp_path / "file"
    target.write_text("words")
    keyctl = number("keyctl", syscalls.ARCHITECTURES[os.uname().machine])
    seen = {}
    for how in ("bare", "filtered"):
        command = [sys.executable, "-c", ATTACKS, str(target), how, str(keyctl)]
        run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        seen[how] = eval(run.stdout)
    assert set(seen["bare"].values()) == {"done"}  # the positive controls
    allowed = {name for name, came in seen["filtered"].items() if came == "done"}
    assert allowed == {"own signal", "read", "thread"}
    assert set(seen["filtered"].values()) == {"done", "EPERM"}


# A way to call that only this machine has.
if os.uname().machine == "x86_64":

    def test_another_way_to_call_ends_the_process():
        """`int 0x80` calls as i386 does: bare it answers, filtered the process is killed."""
        script = (
            "import ctypes, mmap, os, sys\n"
            "from sandbox.isolation.kernel import seccomp\n"
            "code = mmap.mmap(-1, 4096, prot=7)\n"
            "code.write(bytes.fromhex('53b814000000cd805bc3'))  # push rbx; getpid by int 0x80\n"
            "call = ctypes.CFUNCTYPE(ctypes.c_int)(\n"
            "    ctypes.addressof(ctypes.c_char.from_buffer(code)))\n"
            "if sys.argv[1] == 'filtered':\n"
            "    seccomp.install(seccomp.confining(os.getpid(), True))\n"
            "print(call() == os.getpid())\n"
        )
        ended = {
            how: subprocess.run([sys.executable, "-c", script, how], capture_output=True, text=True)
            for how in ("bare", "filtered")
        }
        assert (ended["filtered"].returncode, ended["filtered"].stdout) == (
            # by the filter; or bare as well, by a kernel that was built without calls of i386
            (-signal.SIGSYS, "") if ended["bare"].stdout == "True\n" else (-signal.SIGSEGV, "")
        )


def test_a_filter_on_one_thread_is_gone_with_it():
    answers = []

    def tried():
        seccomp.install(seccomp.confining(os.getpid(), False), every_thread=False)
        try:
            socket.socket().close()
        except PermissionError:
            answers.append("refused")

    thread = threading.Thread(target=tried)
    thread.start()
    thread.join()
    socket.socket().close()
    assert answers == ["refused"]


def test_the_kernel_s_refusal_of_a_filter_is_an_error_with_its_reason(monkeypatch):
    refused = []

    def tried():
        try:
            seccomp.install(bytes(8), every_thread=False)
        except IsolationUnavailable as error:
            refused.append(str(error))

    thread = threading.Thread(target=tried)
    thread.start()
    thread.join()
    assert refused == ["The kernel took no system-call filter: Invalid argument"]
    assert ctypes.CDLL(None).prctl(39, 0, 0, 0, 0) == 0  # this thread may still gain privileges
