"""What a host cannot do is said in one sentence; nothing falls back by itself."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import hostile_models as hm
import ordinary
import pandas as pd
import pytest

from sandbox.errors import BadInput, IsolationUnavailable
from sandbox.isolation import (
    Artefact,
    Level,
    bubblewrap,
    host,
    interpreter,
    probe,
    strongest,
    worker,
)

FEATURES = pd.DataFrame({"x": [0.5]})
#: the strongest level where there is no bubblewrap
WITHOUT_WALLS = Level.PROCESS if os.geteuid() == 0 else Level.LSM


@pytest.fixture
def fresh():
    """Probes are kept for a process's life; forget them before and after."""
    probe.cache_clear()
    host.gvisor.trial.cache_clear()
    yield
    probe.cache_clear()
    host.gvisor.trial.cache_clear()


@pytest.fixture
def pretending(tmp_path, monkeypatch, fresh):
    """Put a program in the place of one on the PATH."""

    def put(name, script, language="/bin/sh"):
        (tmp_path / name).write_text(f"#!{language}\n{script}\n")
        (tmp_path / name).chmod(0o755)
        tmp_path.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    return put


def test_this_host_is_probed_and_the_strongest_level_works():
    works = {p.name: p.works for p in probe()}
    assert works["bubblewrap"]
    assert works["sealed memory"]
    assert works["level namespace"]
    assert works["Landlock"]
    assert works["seccomp"]
    assert works["level lsm"] == (os.geteuid() != 0)
    assert strongest() in (Level.VM, Level.NAMESPACE)
    assert all(p.works or p.detail for p in probe())


def test_without_bubblewrap_the_default_level_is_refused_in_one_sentence(monkeypatch, fresh):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(IsolationUnavailable) as refusal, worker():
        pass
    text = str(refusal.value)
    assert "bubblewrap (bwrap) is not on the PATH" in text
    assert "apt-get install bubblewrap" in text
    assert f"--isolation {WITHOUT_WALLS}" in text
    assert ("no boundary against a hostile model" in text) == (WITHOUT_WALLS is Level.PROCESS)
    assert "\n" not in text
    with worker("process") as place:
        assert place.level is Level.PROCESS


NO_NAMESPACES = """
[ "$1" = --version ] && echo bubblewrap 9 && exit
echo "bwrap: No permissions to create new namespace" >&2
exit 1
"""

#: bwrap and setpriv that start what they are told to start, and hold nothing back
NO_WALLS = """
import os, sys
words = sys.argv[1:]
if words == ["--version"]:
    sys.exit(print("bubblewrap 9"))
words = words[words.index("--") + 1 :] if "--" in words else words
while words[0].startswith("--"):
    words.pop(0)
for inside, outside in {places!r}:
    words = [word.replace(inside, outside) for word in words]
os.execvp(words[0], words)
"""


def test_without_user_namespaces_the_mechanisms_own_reason_is_given(pretending):
    pretending("bwrap", NO_NAMESPACES)
    with pytest.raises(IsolationUnavailable, match="No permissions to create new namespace"):
        host.require("namespace")
    assert strongest() is WITHOUT_WALLS


#: bubblewrap that starts, makes namespaces, and may not read where the interpreter lies
CLOSED_FOLDER = """
[ "$1" = --version ] && echo bubblewrap 9 && exit
[ "$1" = --unshare-user ] && exit
echo "bwrap: Can't find source path {path}: Permission denied" >&2
exit 1
"""


def test_a_folder_that_may_not_be_read_is_named_and_namespaces_are_not_blamed(
    pretending, tmp_path, monkeypatch
):
    closed = tmp_path / "private"
    (closed / "python" / "lib").mkdir(parents=True)
    # root may enter every folder; so that the test is the same for all
    monkeypatch.setattr(host.os, "access", lambda path, _: path != closed)
    pretending("bwrap", CLOSED_FOLDER.format(path=closed / "python" / "lib"))
    with pytest.raises(IsolationUnavailable) as refusal:
        host.require("namespace")
    assert f"{closed} may not be entered by this user" in str(refusal.value)
    assert f"chmod o+rx {closed}" in str(refusal.value)
    assert "namespaces" not in str(refusal.value)


def test_setpriv_is_tried_by_itself_where_root_has_to_stop_being_root(monkeypatch, tmp_path, fresh):
    (tmp_path / "setpriv").symlink_to(str(shutil.which("setpriv")))
    monkeypatch.setenv("PATH", str(tmp_path))
    found = {p.name: p for p in probe()}
    assert not found["bubblewrap"].works
    assert ("setpriv" in found) == (os.geteuid() == 0)
    if "setpriv" in found:
        assert found["setpriv"].works
        assert found["setpriv"].detail == "root becomes nobody"


def test_a_bubblewrap_that_isolates_nothing_is_found_out_before_a_model_is_loaded(
    pretending, tmp_path
):
    places = [(str(bubblewrap.CODE), str(interpreter.SANDBOX.parent))]
    for number, folder in enumerate(interpreter.current().packages):
        places.append((str(bubblewrap.PACKAGES / str(number)), str(folder)))
    for name in ("bwrap", "setpriv"):
        pretending(name, NO_WALLS.format(places=places), sys.executable)
    trace = tmp_path / "opened"
    with pytest.raises(IsolationUnavailable, match=r"without .*no network"), worker() as place:
        place.score(Artefact.of(hm.Loaded(str(trace))), FEATURES, ("pd",))
    assert not trace.exists()


def test_elsewhere_than_on_linux_it_is_said_what_works(monkeypatch, fresh):
    monkeypatch.setattr(host, "_LINUX", False)
    monkeypatch.setattr(host.sys, "platform", "darwin")
    for level in ("namespace", "lsm"):
        with pytest.raises(IsolationUnavailable, match=r"needs Linux.*darwin.*--isolation process"):
            host.require(level)


def test_an_unknown_level_is_bad_input_that_lists_the_levels():
    with pytest.raises(BadInput, match="'jail'; choose one of vm, namespace, lsm, process, none"):
        host.require("jail")


def test_importing_the_isolation_room_starts_nothing_and_imports_no_pandas():
    heavy = "{'pandas', 'numpy', 'pyarrow'} & set(sys.modules)"
    script = f"import sandbox.isolation, sys, threading; print({heavy}, threading.active_count())"
    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == ["set()", "1"]


# Where these tests run as an ordinary user, the two files below do so anyway.
if os.geteuid() == 0:

    def test_an_ordinary_user_is_as_well_contained_as_root(tmp_path):
        """Root runs the attacks again as user 12345."""
        here, project = Path(__file__).parent, ordinary.PROJECT
        words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(project)]
        words += [f"--basetemp=/tmp/ordinary-{os.getpid()}"]
        words += [str(here / name) for name in ("test_confinement.py", "test_lifetime.py")]
        command = ordinary.command(words)
        run = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=300)
        shutil.rmtree(f"/tmp/ordinary-{os.getpid()}", ignore_errors=True)
        assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]
        assert " passed" in run.stdout
