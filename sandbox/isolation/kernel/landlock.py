"""Landlock: which files may be read, that nothing may be executed, and no way out by socket.

It binds the calling thread and what that thread starts, so the worker calls it before numpy
starts threads of its own. The kernel says how much of it it knows (the ABI); rights that it does
not know are left out, and what that leaves open is said in `missing`.
"""

import ctypes
import errno
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import IsolationUnavailable
from sandbox.isolation.kernel import seccomp, syscalls

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE_DIR, REMOVE_FILE = 1 << 4, 1 << 5
MAKE_CHAR, MAKE_DIR, MAKE_REG, MAKE_SOCK = 1 << 6, 1 << 7, 1 << 8, 1 << 9
MAKE_FIFO, MAKE_BLOCK, MAKE_SYM = 1 << 10, 1 << 11, 1 << 12
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
#: rights over files by the first ABI that has them
_FILES = {1: (1 << 13) - 1, 2: REFER, 3: TRUNCATE, 5: IOCTL_DEV}
#: ABI 4: bind and connect TCP; ABI 6: reach abstract sockets and signal processes outside
_NETWORK, _SCOPES = (4, 0b11), (6, 0b11)

READING = READ_FILE | READ_DIR
WRITING = READING | WRITE_FILE | TRUNCATE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | REFER
#: the rights that can be given on what is not a folder
_OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV

_VERSION, _BENEATH = 1, 1


@dataclass(frozen=True)
class Rule:
    """What is allowed on a file, or on a folder and all below it; the rest is refused."""

    path: str
    rights: int = READING


def abi() -> int:
    """What this kernel knows of Landlock; IsolationUnavailable with its reason when nothing."""
    answer = _call("landlock_create_ruleset", None, ctypes.c_size_t(0), _VERSION)
    if answer > 0:
        return answer
    reasons = {
        errno.ENOSYS: "this kernel is built without it",
        errno.EOPNOTSUPP: "it is switched off (not in the kernel's `lsm=` list)",
        errno.EPERM: "something forbids it, such as a container's seccomp profile",
    }
    code = ctypes.get_errno()
    raise IsolationUnavailable(f"No Landlock: {reasons.get(code, os.strerror(code))}")


def handled(known: int) -> tuple[int, int, int]:
    """The rights over files, network and scopes that an ABI can refuse.

    >>> [hex(rights) for rights in handled(2)]
    ['0x3fff', '0x0', '0x0']
    """
    files = sum(rights for since, rights in _FILES.items() if known >= since)
    network, scopes = (rights if known >= since else 0 for since, rights in (_NETWORK, _SCOPES))
    return files, network, scopes


def missing(known: int) -> str:
    """What this ABI leaves to the other layers, in words; empty when nothing.

    >>> missing(3)
    'no rules for TCP, abstract sockets or signals: seccomp alone closes them'
    """
    if known < _NETWORK[0]:
        return "no rules for TCP, abstract sockets or signals: seccomp alone closes them"
    if known < _SCOPES[0]:
        return "no rules for abstract sockets or signals: seccomp alone closes them"
    return ""


def restrict(rules: Sequence[Rule]) -> int:
    """Hold this thread to the rules for good; the ABI used. Files that are not there are skipped.

    IsolationUnavailable with the kernel's reason when it does not take them.
    """
    known = abi()
    files, network, scopes = handled(known)
    size = 24 if known >= _SCOPES[0] else 16 if known >= _NETWORK[0] else 8
    attributes = struct.pack("=QQQ", files, network, scopes)[:size]
    ruleset = _called("landlock_create_ruleset", attributes, ctypes.c_size_t(size), 0)
    try:
        for rule in rules:
            _allow(ruleset, rule, files)
        seccomp.no_new_privileges()
        _called("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)
    return known


def around(hidden: Path, folder: Path) -> list[Rule]:
    """Reading all of a folder but the contents of one place below it, whose names stay visible."""
    if hidden == folder:
        return [Rule(str(folder), READ_DIR)]
    way = folder / hidden.relative_to(folder).parts[0]
    # a rule on a link would be one on what it points to, wherever that is
    entries = (entry for entry in folder.iterdir() if not entry.is_symlink())
    rest = [Rule(str(entry)) for entry in entries if entry != way]
    return [Rule(str(folder), READ_DIR), *rest, *around(hidden, way)]


def _allow(ruleset: int, rule: Rule, files: int) -> None:
    try:
        place = os.open(rule.path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        rights = rule.rights & files
        if not os.path.isdir(rule.path):
            rights &= _OF_A_FILE
        if rights:
            _called("landlock_add_rule", ruleset, _BENEATH, struct.pack("=Qi", rights, place), 0)
    finally:
        os.close(place)


def _called(name: str, *words: object) -> int:
    answer = _call(name, *words)
    if answer < 0:
        raise IsolationUnavailable(f"Landlock: {name}: {os.strerror(ctypes.get_errno())}")
    return answer


def _call(name: str, *words: object) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    number = syscalls.numbers(syscalls.STARTING, syscalls.here())[name]
    answer: int = libc.syscall(ctypes.c_long(number), *words)
    return answer
