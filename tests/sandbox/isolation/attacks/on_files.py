"""Attacks on files and on other processes' traces in /proc, from inside."""

import ctypes
import os
import re

from from_inside import call, each


def read(path):
    with open(path, "rb") as file:
        return file.read(512)


def read_end(path):
    with open(path, "rb") as file:
        return file.read()[-512:]


def list_folder(path):
    return " ".join(sorted(os.listdir(path))).encode()


def write(path, data=b"changed"):
    with open(path, "wb") as file:
        file.write(data)


def append(path, data):
    with open(path, "ab") as file:
        file.write(data)


def all_environments(name):
    """The variable in the environment of any process that can be read."""
    found = b""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        found += each(lambda pid=pid: re.findall(name + rb"=[0-9a-z]+", _whole(pid, "environ"))[0])
    return found[:512]


def _whole(pid, name):
    with open(f"/proc/{pid}/{name}", "rb") as file:
        return file.read()


def environment_of(pid, name):
    return re.findall(name + rb"=[0-9a-z]+", _whole(pid, "environ"))[0]


def named_by_the_mount_table(file):
    """Look for a file in the folders that the mount table names and above them, `/` included."""
    words = set(_whole("self", "mountinfo").decode().split())
    for word in sorted(w for w in words if w.startswith("/")):
        while True:
            if booty := each(lambda word=word: read(os.path.join(word, file))):
                return booty
            if word == "/":
                break
            word = os.path.dirname(word)
    return b""


def through_a_link(how, path, link):
    """Make a symbolic or a hard link to the file where links can be made, and read that."""
    for folder in (os.environ["TMPDIR"], "/dev/shm", os.path.dirname(link)):
        place = os.path.join(folder, os.path.basename(link))
        if booty := each(lambda place=place: (how(path, place), read(place))[1]):
            return booty
    return b""


def make_node(path):
    """The machine's memory of random numbers as a device of our own: any other would do as well."""
    os.mknod(path, 0o020666, os.makedev(1, 9))


def change(how, path):
    """Change what is not in the file: mode, times, length, name, attributes."""
    ways = {
        "mode": lambda: os.chmod(path, 0o600),
        "times": lambda: os.utime(path, (1, 1)),
        "length": lambda: os.truncate(path, 0),
        "name": lambda: os.rename(path, path + ".gone"),
        "existence": lambda: os.unlink(path),
        "attributes": lambda: os.setxattr(path, "user.attack", b"1"),
    }
    ways[how]()


def told_by_stat(path):
    return str(os.stat(path).st_size).encode()


def make_folder(path):
    os.mkdir(path)


def watch(folder):
    """What happens in a folder, as inotify tells it."""
    descriptor = call("inotify_init1", 0)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.inotify_add_watch(descriptor, folder.encode(), 0x100) < 0:
        raise OSError
    return os.read(descriptor, 512)


def by_handle(path, mount):
    """Open a file by its handle, past every folder on the way to it."""
    handle = ctypes.create_string_buffer(b"\x80\0\0\0\0\0\0\0", 136)
    number = ctypes.c_int()
    call("name_to_handle_at", -100, path.encode(), handle, ctypes.byref(number), 0)
    somewhere = os.open(mount, os.O_RDONLY)
    return os.read(call("open_by_handle_at", somewhere, handle, 0), 512)


def own_code():
    """The file of this project that every caller runs."""
    import sandbox

    with open(sandbox.__path__[0] + "/errors.py", "r+b"):
        return b"opened"


def leave_a_path_file(folders, name):
    """A `.pth` among the packages: the next interpreter runs it."""
    for folder in folders:
        each(lambda folder=folder: write(os.path.join(folder, name), b""))
