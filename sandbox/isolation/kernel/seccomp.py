"""Two filters of system calls. What is not in a list is refused with EPERM.

The first goes in with bubblewrap and still lets the interpreter start. The second the worker
puts on all its threads when its imports are done, before it takes a model: nothing is executed
any more, no process is made, no socket, no memory file, and signals reach the process alone.
A filter sees numbers, not what a pointer points at, so no rule here is about a path.
"""

import ctypes
import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.errors import IsolationUnavailable
from sandbox.isolation.kernel import bpf, syscalls
from sandbox.isolation.kernel.syscalls import Architecture, Group

ALLOW, KILL = 0x7FFF0000, 0x80000000
_ERRNO = 0x00050000
REFUSE = _ERRNO | errno.EPERM
UNKNOWN = _ERRNO | errno.ENOSYS
UNSUPPORTED = _ERRNO | errno.EOPNOTSUPP

_WORD = 0xFFFFFFFF
CLONE_THREAD = 0x00010000
#: CLONE_NEW*, every kind of namespace
CLONE_NAMESPACES = 0x7E020000
_O_ACCMODE, _O_TRUNC = 0o3, 0o1000
#: to read, to write, both; and emptied first only when Landlock is asked about writing
_OPENING = (0, 1, 2, _O_TRUNC | 1, _O_TRUNC | 2)
#: where the flags of calls that open a file stand
_FLAGS = {"open": 1, "openat": 2}
#: of terminals only what asks (TCGETS, TIOCGWINSZ); of descriptors FIO(N)CLEX, FIONBIO, FIONREAD
IOCTLS = (0x5401, 0x5413, 0x5450, 0x5451, 0x5421, 0x541B)
#: of descriptors: doubled, flags, size of a pipe, seals. Not F_SETOWN with F_SETSIG, by which the
#: kernel would signal another process, nor leases and notices. No locks: every worker sees those
#: on a file that it shares with others, so one that has seen labels could spell them out
_FCNTLS = (0, 1, 2, 3, 4, 1030, 1032, 1034)
#: what reading asks ahead, not POSIX_FADV_DONTNEED: which parts of a file lie in memory is the
#: same for every worker, and remains when one has ended
_FADVICE = (0, 1, 2, 3)
#: of the process's own pages, not COLD and PAGEOUT (shared ones as well), MERGEABLE (tells what
#: other processes hold) or faults on purpose
_MADVICE = (0, 1, 2, 3, 4, 8, 9, 10, 11, 14, 15, 16, 17, 18, 19, 22, 23, 24, 25)
_REGISTERS = (0x1001, 0x1002, 0x1003, 0x1004)  # ARCH_SET_GS, SET_FS, GET_FS, GET_GS
_SOL_SOCKET, _ABOUT = 1, (3, 4, 38, 39)  # SO_TYPE, SO_ERROR, SO_PROTOCOL, SO_DOMAIN
_NAMING = (15, 16, 23, 0x53564D41)  # PR_SET_NAME, PR_GET_NAME, PR_CAPBSET_READ, PR_SET_VMA
_NO_NEW_PRIVS = 38

_SET_MODE_FILTER, _TSYNC = 1, 1


@dataclass(frozen=True)
class Check:
    """Whether a masked half of an argument is one of some values.

    The low half is what the kernel looks at where it takes an `int`; bits set above it neither
    hide a value nor make one.
    """

    argument: int
    values: tuple[int, ...]
    mask: int = _WORD
    high: bool = False


#: for each call the checks that must all hold
Rules = dict[str, tuple[Check, ...]]


def starting(architecture: Architecture | None = None) -> bytes:
    """The filter for `bwrap --seccomp`: it lets the interpreter start and limit itself."""
    groups = (*_alike(), syscalls.CHANGING, syscalls.STARTING)
    rules: Rules = {
        "clone": (Check(0, (0,), CLONE_NAMESPACES),),
        "ioctl": (Check(1, IOCTLS),),
        "fcntl": (Check(1, _FCNTLS),),
        "prctl": (Check(0, (*_NAMING, _NO_NEW_PRIVS)),),
    }
    return _program(groups, rules, architecture or syscalls.here())


def confining(pid: int, scratch: bool, architecture: Architecture | None = None) -> bytes:
    """The filter under which a model runs in process `pid`.

    With `scratch` there is nothing to write to but memory of the sandbox's own, so the calls
    that change folders and files by their path are left; without it they are refused, because
    Landlock knows nothing of modes and times, and before ABI 3 nothing of truncation.
    """
    groups = (*_alike(), *([syscalls.CHANGING] if scratch else []))
    own = Check(0, (pid,))
    rules: Rules = {
        "clone": (Check(0, (CLONE_THREAD,), CLONE_THREAD | CLONE_NAMESPACES),),
        "ioctl": (Check(1, IOCTLS),),
        "fcntl": (Check(1, _FCNTLS),),
        "prctl": (Check(0, _NAMING),),
        "arch_prctl": (Check(0, _REGISTERS),),
        "fadvise64": (Check(3, _FADVICE),),
        "madvise": (Check(2, _MADVICE),),
        # no flags: RWF_NOWAIT tells what lies in memory
        "preadv2": (Check(5, (0,)),),
        "getsockopt": (Check(1, (_SOL_SOCKET,)), Check(2, _ABOUT)),
        "kill": (own,),
        "tgkill": (own,),
        # limits of its own may be read
        "prlimit64": (Check(0, (0, pid)), Check(2, (0,)), Check(2, (0,), high=True)),
    }
    if not scratch:
        rules |= {
            name: (Check(place, _OPENING, _O_ACCMODE | _O_TRUNC),) for name, place in _FLAGS.items()
        }
    return _program(groups, rules, architecture or syscalls.here())


def install(program: bytes, every_thread: bool = True) -> None:
    """Put a filter on this process's threads, or on this one alone, for good.

    IsolationUnavailable with the kernel's reason when it does not take it.
    """
    no_new_privileges()
    libc = ctypes.CDLL(None, use_errno=True)
    code = ctypes.create_string_buffer(program, len(program))
    described = _Program(len(program) // 8, ctypes.addressof(code))
    number = syscalls.numbers(syscalls.STARTING, syscalls.here())["seccomp"]
    flags = _TSYNC if every_thread else 0
    answer = libc.syscall(
        ctypes.c_long(number), _SET_MODE_FILTER, ctypes.c_ulong(flags), ctypes.byref(described)
    )
    if answer:  # a positive number is a thread that could not be brought along
        why = os.strerror(ctypes.get_errno()) if answer < 0 else f"thread {answer} was left out"
        raise IsolationUnavailable(f"The kernel took no system-call filter: {why}")


def no_new_privileges() -> None:
    """Give up for good what set-user-id files and capabilities of files would add."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVS, *map(ctypes.c_ulong, (1, 0, 0, 0))):
        raise IsolationUnavailable(f"no_new_privs: {os.strerror(ctypes.get_errno())}")


class _Program(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))


def _alike() -> tuple[Group, ...]:
    """What both filters allow."""
    return (
        syscalls.FILES,
        syscalls.MEMORY,
        syscalls.SIGNALS,
        syscalls.THREADS,
        syscalls.IDENTITY,
        syscalls.TIME,
        syscalls.TALKING,
    )


def _program(groups: tuple[Group, ...], rules: Rules, architecture: Architecture) -> bytes:
    """The machine first, then the numbers, then, for a few calls, their arguments.

    One comparison after the other: the kernel keeps the answer for calls that are allowed
    whatever their arguments (since 5.11), so the length costs nothing where it would count.
    """
    numbers: dict[str, int] = {}
    for group in groups:
        numbers |= syscalls.numbers(group, architecture)
    clone3 = numbers.pop("clone3")  # its flags lie behind a pointer; libraries fall back to clone
    unsupported = syscalls.numbers(syscalls.ATTRIBUTES, architecture)
    lines = [
        bpf.load(bpf.MACHINE),
        bpf.if_equal(architecture.audit, no="foreign"),
        bpf.load(bpf.NUMBER),
    ]
    if architecture.foreign:
        lines.append(bpf.if_at_least(architecture.foreign, yes="foreign"))
    lines += [
        bpf.if_at_least(syscalls.NEWEST + 1, yes="newer"),
        bpf.if_equal(clone3, yes="newer", no="known"),
        bpf.answer(KILL, label="foreign"),
        bpf.answer(UNKNOWN, label="newer"),
    ]
    named = [
        *((name, number, ALLOW) for name, number in numbers.items()),
        *((name, number, UNSUPPORTED) for name, number in unsupported.items()),
    ]
    label = "known"
    for name, number, action in named:
        after = f"after {name}"
        lines.append(bpf.if_equal(number, no=after, label=label))
        lines += _checked(name, rules.get(name, ()), action)
        label = after
    return bpf.assembled([*lines, bpf.answer(REFUSE, label=label)])


def _checked(name: str, checks: tuple[Check, ...], action: int) -> Iterator[bpf.Line]:
    """The action if every check of the call holds, else a refusal."""
    held = None
    for place, check in enumerate(checks):
        yield bpf.load(bpf.argument(check.argument, check.high), label=held)
        yield bpf.keep(check.mask)
        held = f"{name} held {place + 1}"
        for value in check.values:
            yield bpf.if_equal(value, yes=held)
        yield bpf.answer(REFUSE)
    yield bpf.answer(action, label=held)
