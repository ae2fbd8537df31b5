"""Attacks on files and folders, and where they show."""

import os
import sys

import host_facts
import on_files
import on_kernel
from expectations import CAPABLE, ROOT, STOPPED_ALL, UNSEEN, stolen
from rig import Attack

from sandbox.isolation import interpreter


def _path_file(look):
    name = f"attack_{look.scene.token.decode()}.pth"
    folders = interpreter.current().packages
    left = [folder / name for folder in folders if (folder / name).exists()]
    for file in left:
        file.unlink()
    return bool(left)


def _file(name, what, give, seen=stolen, witness="the token comes out", alone=None, **more):
    alone = UNSEEN if alone is None else alone
    return Attack(name, "files", witness, seen, what, give, alone=alone, **more)


def _reading(name, file):
    return _file(name, on_files.read, lambda s: {"path": s.path(file)})


def _changing(name, how, changed, alone):
    return _file(
        name,
        on_files.change,
        lambda s: {"how": how, "path": s.path(how)},
        lambda look: changed(look.scene.folder / how),
        "the file",
        alone,
    )


def _left(folder):
    """Whether a file with the token in its name lies there, as the worker sees the folder."""
    return lambda look: look.inside(f"{folder}/left-{look.scene.token.decode()}").exists()


def _leaving(folder, **more):
    return _file(
        f"a file left in {folder or '/'}",
        on_files.write,
        lambda s: {"path": f"{folder}/left-{s.token.decode()}"},
        _left(folder),
        "the folder, as the worker sees it",
        **more,
    )


TRACES = {"alone": ("bubblewrap", "landlock")}
PRINTK = "/proc/sys/kernel/printk_ratelimit_burst"


def _sysctl(look):
    with open(PRINTK) as file:
        burst = file.read().strip()
    if burst == "11":
        with open(PRINTK, "w") as file:
            file.write("10")
    return burst == "11"


FILES = (
    _reading("labels", "labels"),
    _reading("another model", "model"),
    _reading("credentials in the home folder", "home/credentials"),
    _file(
        "/etc/passwd",
        on_files.read,
        lambda s: {"path": "/etc/passwd"},
        lambda look: b"root:" in look.booty,
        "its first line comes out",
    ),
    _file(
        "this project's folder",
        on_files.list_folder,
        lambda s: {"path": str(interpreter.SANDBOX.parent)},
        lambda look: b"pyproject.toml" in look.booty,
        "its list comes out",
    ),
    _file(
        "every environment in /proc",
        on_files.all_environments,
        lambda s: {"name": b"TOKEN"},
        **TRACES,
    ),
    _file(
        "the supervisor's environment",
        on_files.environment_of,
        lambda s: {"pid": os.getpid(), "name": b"ATTACK_SECRET"},
        lambda look: bool(look.scene.secret) and look.scene.secret in look.booty,
        "the secret comes out",
        **TRACES,
    ),
    _file(
        "another process's command line",
        on_files.read_end,
        lambda s: {"path": f"/proc/{s.bystander.pid}/cmdline"},
        **TRACES,
    ),
    _file(
        "folders that the mount table names",
        on_files.named_by_the_mount_table,
        lambda s: {"file": s.path("labels").lstrip("/")},
    ),
    _file(
        "magic link: another process's root",
        on_files.read,
        lambda s: {"path": f"/proc/{s.bystander.pid}/root{s.path('labels')}"},
    ),
    _file(
        "magic link: another process's folder",
        on_files.read,
        lambda s: {"path": f"/proc/{s.bystander.pid}/cwd/labels"},
    ),
    _file(
        "magic link: a deleted file that another holds",
        on_files.read,
        lambda s: {"path": f"/proc/{s.bystander.pid}/fd/{s.deleted}"},
    ),
    _file(
        "another process's memory file",
        on_kernel.memory_file_of,
        lambda s: {"pid": s.bystander.pid, "address": s.address, "size": 16},
        **TRACES,
        **host_facts.tracing(),
    ),
    _file(
        "symbolic link out",
        on_files.through_a_link,
        lambda s: {"how": os.symlink, "path": s.path("labels"), "link": s.path("soft")},
        alone=("bubblewrap", "landlock", "seccomp"),
    ),
    _file(
        "hard link out",
        on_files.through_a_link,
        lambda s: {"how": os.link, "path": s.path("labels"), "link": s.path("hard")},
        alone=("bubblewrap", "landlock", "seccomp"),
    ),
    _file(
        "writing over a file",
        on_files.write,
        lambda s: {"path": s.path("write")},
        lambda look: (look.scene.folder / "write").read_bytes() == b"changed",
        "the file",
        UNSEEN,
    ),
    _file(
        "appending to a file",
        on_files.append,
        lambda s: {"path": s.path("append"), "data": b"more"},
        lambda look: (look.scene.folder / "append").read_bytes().endswith(b"more"),
        "the file",
        UNSEEN,
    ),
    _changing(
        "mode of a file",
        "mode",
        lambda p: p.stat().st_mode & 0o777 == 0o600,
        ("bubblewrap", "seccomp"),
    ),
    _changing(
        "times of a file", "times", lambda p: p.stat().st_mtime == 1, ("bubblewrap", "seccomp")
    ),
    _changing(
        "attributes of a file",
        "attributes",
        lambda p: "user.attack" in os.listxattr(p),
        ("bubblewrap", "seccomp"),
    ),
    _changing("truncating a file", "length", lambda p: p.stat().st_size == 0, STOPPED_ALL),
    _changing("renaming a file", "name", lambda p: not p.exists(), STOPPED_ALL),
    _changing("deleting a file", "existence", lambda p: not p.exists(), STOPPED_ALL),
    _file(
        "making a folder",
        on_files.make_folder,
        lambda s: {"path": s.path("made")},
        lambda look: (look.scene.folder / "made").is_dir(),
        "the folder",
        STOPPED_ALL,
    ),
    _file(
        "size of a file, by stat",
        on_files.told_by_stat,
        lambda s: {"path": s.path("sized")},
        lambda look: str(look.scene.size).encode() == look.booty,
        "its random size comes out",
        ("bubblewrap",),
        open_at_lsm="Landlock and seccomp do not ask about stat: names, sizes and times show",
    ),
    _file(
        "watching a folder (inotify)",
        on_files.watch,
        lambda s: {"folder": s.path("busy")},
        alone=("bubblewrap", "seccomp"),
    ),
    _leaving("/dev/shm", alone=UNSEEN),
    _leaving("", alone=UNSEEN, bare=ROOT, reason="an ordinary user cannot write there"),
    _file(
        "this project's code",
        on_files.own_code,
        lambda s: {},
        lambda look: look.booty == b"opened",
        "it was opened for writing",
        UNSEEN,
        bare=ROOT,
        reason="the code belongs to root here",
    ),
    _file(
        "a .pth among the packages",
        on_files.leave_a_path_file,
        lambda s: {
            "folders": [
                *map(str, interpreter.current().packages),
                "/opt/packages/0",
                *[p for p in sys.path if p.endswith("site-packages")],
            ],
            "name": f"attack_{s.token.decode()}.pth",
        },
        lambda look: _path_file(look),
        "the folder of packages",
        UNSEEN,
        bare=ROOT,
        reason="the packages belong to root here",
    ),
    _file(
        "mknod",
        on_files.make_node,
        lambda s: {"path": f"/tmp/node-{s.token.decode()}"},
        lambda look: look.inside(f"/tmp/node-{look.scene.token.decode()}").is_char_device(),
        "the folder, as the worker sees it",
        STOPPED_ALL,
        bare=ROOT,
        reason=CAPABLE,
    ),
    _file(
        "/proc/sys",
        on_files.write,
        lambda s: {"path": PRINTK, "data": b"11"},
        _sysctl,
        "the setting",
        UNSEEN,
        bare=ROOT,
        reason="the settings belong to root",
    ),
    _file(
        "by file handle",
        on_files.by_handle,
        lambda s: {"path": s.path("labels"), "mount": "/tmp"},
        alone=STOPPED_ALL,
        bare=ROOT,
        reason=CAPABLE,
    ),
)
