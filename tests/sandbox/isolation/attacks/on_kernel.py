"""Attacks on the kernel's own doors, from inside."""

import ctypes
import mmap
import os
import signal
import struct
import sys
import time

from from_inside import NUMBERS, apart, call, called, deaf, each

NEWUSER, NEWNS, NEWUTS = 0x10000000, 0x00020000, 0x04000000
PATH_OF_LOADER = "/lib64/ld-linux-x86-64.so.2"


def _libc(name, *words):
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*words) < 0:
        raise OSError(ctypes.get_errno(), name)


def new_user_namespace():
    """Here, in a child, and as a child's birthright."""

    def unshared():
        _libc("unshare", NEWUSER)
        return os.readlink("/proc/self/ns/user").encode()

    return each(unshared, lambda: apart(unshared), _cloned) or b""


def _cloned():
    if call("clone", NEWUSER | signal.SIGCHLD, 0, 0, 0, 0) == 0:
        time.sleep(60)
        os._exit(0)
    return b"cloned"


def _with_own_mounts(function):
    def alone():
        each(lambda: _libc("unshare", NEWUSER | NEWNS), lambda: _libc("unshare", NEWNS))
        return function() or b"done"

    return apart(alone)


def mount(token):
    def mounted():
        each(lambda: _libc("mount", b"none", b"/", None, 0x44000, None))  # private, recursive
        for place in (b"/mnt", b"/tmp", b"/usr"):
            if each(lambda place=place: _libc("mount", token, place, b"tmpfs", 0, None)):
                return b"mounted"
        raise OSError

    return _with_own_mounts(mounted)


def change_root(folder):
    return _with_own_mounts(lambda: os.chroot(folder))


def pivot(folder):
    def pivoted():
        _libc("mount", b"none", b"/", None, 0x44000, None)
        _libc("mount", folder.encode(), folder.encode(), None, 0x1000, None)
        os.chdir(folder)
        call("pivot_root", b".", b".")

    return _with_own_mounts(pivoted)


def enter(pid):
    """Another process's host name, and with it its namespace."""

    def entered():
        descriptor = os.open(f"/proc/{pid}/ns/uts", os.O_RDONLY)
        _libc("setns", descriptor, NEWUTS)

    return apart(entered)


def host_name(name):
    _libc("sethostname", name, len(name))


def trace(pid):
    call("ptrace", 0x4206, pid, 0, 0)  # PTRACE_SEIZE
    time.sleep(60)


def read_memory_of(pid, address, size):
    into = ctypes.create_string_buffer(size)
    _between("process_vm_readv", pid, address, into, size)
    return into.raw


def write_memory_of(pid, address, data):
    _between("process_vm_writev", pid, address, ctypes.create_string_buffer(data), len(data))


def _between(name, pid, address, buffer, size):
    ours = ctypes.create_string_buffer(struct.pack("QQ", ctypes.addressof(buffer), size))
    theirs = ctypes.create_string_buffer(struct.pack("QQ", address, size))
    call(name, pid, ours, 1, theirs, 1, 0)


def memory_file_of(pid, address, size):
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:
        memory.seek(address)
        return memory.read(size)


def take_descriptor_of(pid, number):
    taken = call("pidfd_getfd", call("pidfd_open", pid, 0), number, 0)
    return os.pread(taken, 512, 0)


def kill(pid):
    os.kill(pid, signal.SIGKILL)


def which_live(pids):
    """Of some numbers, which are processes: by any call that answers differently for those."""
    ways = (
        lambda pid: os.kill(pid, 0),
        os.getpgid,
        os.getsid,
        os.sched_getaffinity,
        os.sched_getscheduler,
        lambda pid: os.getpriority(os.PRIO_PROCESS, pid),
        lambda pid: os.stat(f"/proc/{pid}"),
        lambda pid: os.readlink(f"/proc/{pid}/exe"),
        lambda pid: call("pidfd_open", pid, 0),
        lambda pid: call("prlimit64", pid, 7, 0, ctypes.create_string_buffer(16)),
    )
    for way in ways:
        answers = [_answer(way, pid) for pid in pids]
        if len(set(answers)) == 2:
            known = _answer(way, os.getpid())
            gone = _answer(way, 4_000_001)
            if known != gone:
                return bytes(49 if answer != gone else 48 for answer in answers)
    return b""


def _answer(way, pid):
    try:
        way(pid)
    except OSError as error:
        return error.errno
    return 0


def execute(token, program=None):
    """Become another program; only a new one has the token on its command line."""
    script = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)", token]
    programs = [program] if program else [sys.executable, PATH_OF_LOADER]
    for name in programs:
        words = script if name != PATH_OF_LOADER else [name, *script]
        each(lambda name=name, words=words: os.execv(name, words))
    raise OSError


def execute_memory(token):
    """Become a program that lies in memory only."""
    descriptor = os.memfd_create("program")
    with open(sys.executable, "rb") as program:
        os.write(descriptor, program.read())
    script = ["program", "-I", "-S", "-c", "import time; time.sleep(60)", token]
    os.execve(descriptor, script, {})


def spawn_shell(token):
    os.system(f"sleep 60; : {token}")


def as_i386(number=100):
    """dup2(1, number) through the door for 32-bit programs."""
    move = b"\xb8\x3f\0\0\0\xbb\x01\0\0\0\xb9" + struct.pack("<I", number)
    _run(b"\x53" + move + b"\xcd\x80\x5b\xc3")


def as_x32(number=101):
    """dup2(1, number) by the numbers of the x32 machine."""
    words = struct.pack("<I", 0x40000000 | 33), struct.pack("<I", number)
    _run(b"\xb8" + words[0] + b"\xbf\x01\0\0\0\xbe" + words[1] + b"\x0f\x05\xc3")


def _run(code):
    page = mmap.mmap(-1, 4096, prot=7)
    page.write(code)
    start = ctypes.addressof(ctypes.c_char.from_buffer(page))
    ctypes.CFUNCTYPE(ctypes.c_int)(start)()


def ring():
    call("io_uring_setup", 4, ctypes.create_string_buffer(120))


def add_key(token):
    """A key in the user's keyring: it outlives the process, and others of the user see it."""
    key = call("add_key", b"user", token, token, len(token), -4)
    into = ctypes.create_string_buffer(len(token))
    call("keyctl", 11, key, into, len(token))
    return into.raw


def load_bpf():
    attributes = struct.pack("=4I", 2, 4, 4, 1) + bytes(112)  # an array of one number
    call("bpf", 0, ctypes.create_string_buffer(attributes), 128)


def count_events():
    attributes = bytearray(128)
    struct.pack_into("=IIQ", attributes, 0, 1, 128, 0)
    struct.pack_into("=Q", attributes, 40, 0b1100000)  # neither kernel nor hypervisor
    call("perf_event_open", ctypes.create_string_buffer(bytes(attributes)), 0, -1, -1, 0)


def faults():
    call("userfaultfd", 0x80001)


def secret_memory():
    call("memfd_secret", 0)


def notifications():
    call("fanotify_init", 0, 0)


def personality():
    call("personality", 0x0040000)  # ADDR_NO_RANDOMIZE


def type_on(terminal, token):
    """TIOCSTI, with a bit set above the 32 that the kernel looks at."""
    descriptor = os.open(terminal, os.O_RDWR)
    for letter in token:
        call("ioctl", descriptor, 0x5412 | 1 << 32, ctypes.create_string_buffer(bytes([letter])))


def console():
    """TIOCLINUX, with a bit set above the 32 that the kernel looks at."""
    descriptor = os.open("/dev/tty0", os.O_RDWR)
    call("ioctl", descriptor, 0x541C | 1 << 32, ctypes.create_string_buffer(b"\x06"))
    return b"done"


def on_older_threads():
    """Have the threads that were there before the filter make a ring, in a signal's handler."""
    number = NUMBERS["io_uring_setup"]
    handler = ctypes.CFUNCTYPE(None, ctypes.c_int)(
        lambda _: each(lambda: called(number, 4, ctypes.create_string_buffer(120)))
    )
    libc = ctypes.CDLL(None, use_errno=True)
    libc.signal(signal.SIGUSR2, handler)
    for thread in os.listdir("/proc/self/task"):
        if int(thread) != os.getpid():
            each(lambda thread=thread: call("tgkill", os.getpid(), int(thread), signal.SIGUSR2))
    time.sleep(1)


def spare_me():
    """Let the kernel kill any other process before this one when memory runs out."""
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("-1000")


def first_in_line():
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))


def nicer():
    os.setpriority(os.PRIO_PROCESS, 0, -5)


def forget_the_parent():
    """Take off the signal that comes when the supervisor dies, and hear no other."""
    each(lambda: _libc("prctl", 1, 0))
    deaf()
