"""Attacks on the machine's means and on the supervisor's patience, from inside."""

import ctypes
import os
import resource
import signal
import socket
import threading
import time

from from_inside import call, deaf, each

MIB = 1 << 20
#: seconds that what was achieved is there to be seen
STAY = 1.0


def heap(mib):
    kept = [bytearray(b"x") * (64 * MIB) for _ in range(mib // 64)]
    time.sleep(STAY)
    del kept


def memory_files(count, mib):
    for _ in range(count):
        descriptor = os.memfd_create("flood")
        for _ in range(mib):
            os.write(descriptor, b"x" * MIB)
    time.sleep(STAY)


def shared_memory(mib):
    """Anonymous shared memory in pieces, which belongs to no file that is limited."""
    number = call("shmget", 0, mib * MIB, 0o1600)
    address = call("shmat", number, 0, 0)
    ctypes.CDLL(None).shmctl(number, 0, None)  # it goes with the last who has it
    ctypes.memset(address, 1, mib * MIB)
    time.sleep(STAY)


def scratch_files(folders, name, count, mib):
    for folder in folders:
        for number in range(count):
            each(lambda folder=folder, n=number: _filled(os.path.join(folder, f"{name}{n}"), mib))
    time.sleep(STAY)


def _filled(path, mib):
    with open(path, "wb") as file:
        for _ in range(mib):
            file.write(b"x" * MIB)


def one_large_file(folders, name, mib):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    scratch_files(folders, name, 1, mib)


def fork_bomb(count):
    for _ in range(count):
        if os.fork() == 0:
            time.sleep(3 * STAY)
            os._exit(0)
    time.sleep(STAY)


def vfork_bomb(count):
    """The same by the bare call, which no wrapper counts."""
    for _ in range(count):
        if call("clone", signal.SIGCHLD, 0, 0, 0, 0) == 0:
            time.sleep(3 * STAY)
            os._exit(0)
    time.sleep(STAY)


def thread_bomb(count):
    for _ in range(count):
        threading.Thread(target=time.sleep, args=(STAY,), daemon=True).start()
    time.sleep(STAY)


def spin():
    deaf()
    while True:
        pass


def sleep():
    time.sleep(60)


def sleep_deaf():
    deaf()
    time.sleep(60)


def flood(mib):
    for _ in range(16 * mib):
        os.write(1, b"spam\n" * (MIB // 80))


def descriptors(count):
    each(lambda: [os.dup(1) for _ in range(count)])
    time.sleep(STAY)


def raise_limits():
    """To what they were before; in vain where the hard limit was lowered for good."""
    for which in (resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_CPU):
        each(lambda which=which: resource.setrlimit(which, (-1, -1)))
    each(lambda: call("prlimit64", 0, 9, ctypes.create_string_buffer(b"\xff" * 16), 0))


def core_dump(folders):
    for folder in folders:
        each(lambda folder=folder: os.chdir(folder))
    each(lambda: resource.setrlimit(resource.RLIMIT_CORE, (-1, -1)))
    os.kill(os.getpid(), signal.SIGSEGV)
    time.sleep(5)


def daemon(name):
    """A grandchild in a session of its own, with a name of its own."""
    child = os.fork()
    if child == 0:
        os.setsid()
        if os.fork() == 0:
            deaf()
            ctypes.CDLL(None).prctl(15, name, 0, 0, 0)
            for number in range(1, 64):
                each(lambda number=number: os.close(number))
            time.sleep(60)
        os._exit(0)
    os.waitpid(child, 0)
    time.sleep(0.3)


def socket_buffers(count):
    """Memory of the kernel's, that no limit of address space counts."""
    for _ in range(count):
        left, _right = socket.socketpair()
        left.setblocking(False)
        each(lambda left=left: left.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MIB))
        each(lambda left=left: _full(left.detach()))
        _right.detach()
    time.sleep(STAY)


def _full(descriptor):
    while True:
        os.write(descriptor, b"x" * 65536)


def lock_memory():
    call("mlockall", 7)
    time.sleep(STAY)
