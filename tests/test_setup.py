"""The set-up: one list of packages, pip's own settings, and failures in one sentence."""

import ast
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCK = (ROOT / "requirements.txt").read_text()
PLATFORMS = [("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64")]


def load_start() -> ModuleType:
    spec = importlib.util.spec_from_file_location("start", ROOT / "start.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


start = load_start()


def locked_entries() -> list[str]:
    """The lock's entries, each with its checksums, without comments."""
    lines = [line for line in LOCK.splitlines() if not line.lstrip().startswith("#")]
    return "\n".join(lines).replace("\\\n", " ").splitlines()


def locked_requirements() -> list[Requirement]:
    return [Requirement(entry.split(" --hash=")[0]) for entry in locked_entries()]


# One list of packages


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize(("system", "machine"), PLATFORMS)
def test_the_lock_holds_every_dependency_on_every_platform(
    python: str, system: str, machine: str
) -> None:
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": system,
        "platform_machine": machine,
    }
    locked = {
        canonicalize_name(entry.name): next(iter(entry.specifier)).version
        for entry in locked_requirements()
        if entry.marker is None or entry.marker.evaluate(environment)
    }
    wanted = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]
    for requirement in map(Requirement, wanted):
        if requirement.marker is not None and not requirement.marker.evaluate(environment):
            continue
        version = locked.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement} is not in requirements.txt"
        assert requirement.specifier.contains(version), f"{requirement} is locked at {version}"


def test_every_locked_package_has_one_version_and_checksums() -> None:
    for entry in locked_entries():
        assert re.match(r"[\w.-]+==\S+", entry), entry
        assert re.search(r" --hash=sha256:[0-9a-f]{64}\b", entry), entry.split(" ")[0]


def test_the_lock_and_the_start_script_name_no_index() -> None:
    for name in ("requirements.txt", "start.py", "environment.yml", "Makefile", ".ci/run"):
        text = (ROOT / name).read_text()
        assert not re.search(r"\w://\w", text), f"{name} names an address"
    assert not re.search(r"--(extra-)?index|--find-links| @ ", LOCK)


def test_conda_users_get_the_locked_packages_and_no_second_list() -> None:
    conda = yaml.safe_load((ROOT / "environment.yml").read_text())
    assert conda["name"] == PROJECT["project"]["name"]
    assert conda["channels"] == ["conda-forge"]
    python, *others = conda["dependencies"]
    assert others == ["pip", {"pip": ["-r requirements.txt"]}]
    version = python.removeprefix("python=")
    assert SpecifierSet(PROJECT["project"]["requires-python"]).contains(f"{version}.0")


def test_start_installs_on_exactly_the_pythons_that_the_project_supports() -> None:
    supported = SpecifierSet(PROJECT["project"]["requires-python"])
    for minor in range(8, 20):
        assert supported.contains(f"3.{minor}") == (start.OLDEST <= (3, minor) <= start.NEWEST)


def test_make_knows_the_same_words_as_start() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == {"help", *start.WORDS}


# A script that any python3 can begin


def test_start_imports_nothing_that_python_lacks_and_uses_no_new_syntax() -> None:
    tree = ast.parse((ROOT / "start.py").read_text(), feature_version=(3, 7))
    names = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_an_old_python_and_windows_are_told_what_to_do_instead() -> None:
    old = start.python_problem((3, 6), "linux")
    assert "needs Python 3.11, 3.12 or 3.13, and this is 3.6" in old
    assert "WSL 2" in start.python_problem((3, 12), "win32")
    for fine in [(3, 9), (3, 11), (3, 13), (3, 14)]:  # for 3.9 and 3.14, uv finds another
        assert start.python_problem(fine, "linux") == ""


@pytest.mark.parametrize(
    ("words", "complaint"),
    [(["instal"], "there is no word 'instal'"), (["setup", "-x"], "setup takes no arguments")],
)
def test_a_wrong_word_is_one_sentence_and_status_2(words: list[str], complaint: str) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "start.py", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert complaint in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_help_explains_every_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert start.main(["--help"]) == 0
    shown = capsys.readouterr().out
    for word in start.WORDS:
        assert re.search(rf"^  {word} +\w+", shown, re.MULTILINE), word


# pip's settings hold for uv


LISTING = r"""
:env:.extra-index-url='https://b.invalid/simple\nfile:///srv/wheels/simple'
:env:.default-timeout='60.5'
download.index-url='https://elsewhere.invalid'
global.cert='/etc/bank.pem'
global.extra-index-url='https://a.invalid/simple'
global.index-url='https://global.invalid/simple'
global.proxy='proxy.invalid:3128'
install.index-url='https://mirror.invalid/simple'
install.trusted-host='mirror.invalid b.invalid:8443'
""".strip()


def test_pip_options_rank_environment_over_install_over_global() -> None:
    options = start.pip_options(LISTING)
    assert options["extra-index-url"].split() == [
        "https://b.invalid/simple",
        "file:///srv/wheels/simple",
    ]
    assert options["index-url"] == "https://mirror.invalid/simple"
    assert options["timeout"] == "60.5"


def test_uv_asks_the_indexes_that_pip_asks_in_the_way_pip_asks_them() -> None:
    environment = start.uv_environment(start.pip_options(LISTING), {"SSL_CERT_FILE": "/old.pem"})
    assert environment == {
        "UV_DEFAULT_INDEX": "https://mirror.invalid/simple",
        "UV_INDEX": "https://b.invalid/simple file:///srv/wheels/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_INSECURE_HOST": "mirror.invalid b.invalid:8443",
        "UV_HTTP_TIMEOUT": "60",
        "SSL_CERT_FILE": "/etc/bank.pem",
        "HTTP_PROXY": "proxy.invalid:3128",
        "HTTPS_PROXY": "proxy.invalid:3128",
        "ALL_PROXY": "proxy.invalid:3128",
    }


def test_uv_settings_of_the_user_hold_over_those_of_pip() -> None:
    environment = start.uv_environment(
        {"index-url": "https://pip.invalid"},
        {"UV_DEFAULT_INDEX": "https://uv.invalid", "UV_SYSTEM_PYTHON": "1", "HOME": "/home/a"},
    )
    assert environment["UV_DEFAULT_INDEX"] == "https://uv.invalid"
    assert environment["HOME"] == "/home/a"
    assert "UV_SYSTEM_PYTHON" not in environment  # it would send the packages elsewhere


def test_a_folder_of_wheels_that_is_gone_is_passed_over_as_pip_does(tmp_path: Path) -> None:
    links = f"{tmp_path} /gone file:///gone file://{tmp_path} https://wheels.invalid/"
    environment = start.uv_environment({"find-links": links}, {})
    assert environment["UV_FIND_LINKS"] == f"{tmp_path},file://{tmp_path},https://wheels.invalid/"


@pytest.mark.parametrize(("value", "held"), [("true", True), ("1", True), ("false", False)])
def test_no_index_reaches_uv(value: str, held: bool) -> None:
    assert ("UV_NO_INDEX" in start.uv_environment({"no-index": value}, {})) is held


PIP_AND_UV = r"""#!/bin/sh
# stands in for `python -m pip install ... --target DIR` and `python -m pip config list`
if test "$3" = config; then echo ":env:.index-url='http://127.0.0.1:9/simple'"; exit; fi
mkdir -p .uv/VERSION/bin
cat > .uv/VERSION/bin/uv << END
#!/bin/sh
echo "error: Failed to fetch: \$UV_DEFAULT_INDEX/tea/"; exit 2
END
chmod +x .uv/VERSION/bin/uv
"""


def test_a_dead_index_of_pip_is_the_one_uv_asks_and_one_sentence_says_so(
    monkeypatch: pytest.MonkeyPatch, own_folder: Path
) -> None:
    fake = own_folder / "python"
    fake.write_text(PIP_AND_UV.replace("VERSION", start.UV_VERSION))
    fake.chmod(0o755)
    monkeypatch.setattr(start, "python_with_pip", lambda: str(fake))
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    with pytest.raises(SystemExit) as end:
        start.Uv()("Installing tea", "pip", "sync")
    assert str(end.value) == (
        "Installing tea failed (error: Failed to fetch: http://127.0.0.1:9/simple/tea/); "
        f"{start.LOG} has the details; `python3 -m pip config list` shows which index is asked."
    )


# Installing: once, again after a change, and from the system


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of start's world in an empty folder, where nothing is installed."""
    venv, own = tmp_path / ".venv", tmp_path / ".uv"
    own.mkdir()
    for name, value in {
        "ROOT": tmp_path,
        "VENV": venv,
        "PYTHON": venv / "bin" / "python",
        "STAMP": venv / "risk-sandbox.stamp",
        "OWN": own,
        "LOG": own / "setup.log",
        "PROGRAMS": {},
    }.items():
        monkeypatch.setattr(start, name, value)
    for name in ("requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


@pytest.fixture
def uv_calls(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What uv is asked to do, in words; it does nothing but lay a python."""
    calls: list[str] = []

    class FakeUv:
        def __call__(self, what: str, *arguments: str) -> None:
            calls.append(" ".join(arguments[:2]))
            start.PYTHON.parent.mkdir(parents=True, exist_ok=True)
            start.PYTHON.touch()

    monkeypatch.setattr(start, "Uv", FakeUv)
    return calls


def test_a_second_setup_does_nothing(uv_calls: list[str]) -> None:
    start.setup()
    assert uv_calls == ["venv --clear", "pip sync", "pip install"]
    uv_calls.clear()
    start.setup()
    assert uv_calls == []


def test_a_changed_lock_is_installed_into_the_same_environment(
    uv_calls: list[str], own_folder: Path
) -> None:
    start.setup()
    uv_calls.clear()
    (own_folder / "requirements.txt").write_text("changed")
    start.setup()
    assert uv_calls == ["pip sync", "pip install"]


def test_a_moved_folder_gets_a_new_environment(uv_calls: list[str]) -> None:
    start.setup()
    uv_calls.clear()
    start.STAMP.write_text(start.STAMP.read_text().replace(str(start.ROOT), "/before/the/move"))
    start.setup()
    assert uv_calls[0] == "venv --clear"


def test_a_failed_step_is_one_sentence_and_its_words_are_kept(own_folder: Path) -> None:
    script = "echo much; echo 'error: no such thing.'; echo more; exit 3"
    with pytest.raises(SystemExit) as end:
        start.quietly("Cooking", ["sh", "-c", script], dict(os.environ))
    assert str(end.value) == (
        f"Cooking failed (error: no such thing); {start.LOG} has the details."
    )
    assert "much\nerror: no such thing.\nmore" in start.LOG.read_text()


@pytest.fixture
def apt(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose only installer is an apt-get that knows nothing before its update."""
    programs = own_folder / "programs"
    programs.mkdir()
    for needed in ("env", "touch", "test"):
        (programs / needed).symlink_to(str(shutil.which(needed)))
    script = '#!/bin/sh\nif test "$1" = update; then touch "$0.updated"; fi\ntest -e "$0.updated"\n'
    (programs / "apt-get").write_text(script)
    (programs / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    return programs


def test_a_stale_list_of_system_packages_is_updated_once(
    apt: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert start.install_from_system("bubblewrap") == ""
    assert (apt / "apt-get.updated").exists()


def test_without_rights_one_sentence_says_whom_to_ask_and_nothing_is_installed(
    apt: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    advice = "ask an administrator to install the package bubblewrap with apt-get."
    assert start.install_from_system("bubblewrap") == advice
    assert not (apt / "apt-get.updated").exists()


def test_a_missing_program_does_not_stop_the_setup(
    uv_calls: list[str],
    apt: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(start, "PROGRAMS", {"bwrap": "bubblewrap"})
    start.setup()
    assert start.STAMP.exists()
    assert "bwrap is missing, so no model can run yet" in capsys.readouterr().err


# Continuous integration


SKIPPING = """
import pytest

def test_that_runs(): pass

@pytest.mark.skip(reason="no oven")
def test_that_is_skipped(): pass

@pytest.mark.xfail(strict=True)
def test_known_to_fail(): assert False
"""


def pytest_in(folder: Path, ci: str) -> subprocess.CompletedProcess[str]:
    """Run pytest on a folder of its own with this project's conftest.py."""
    shutil.copy(ROOT / "tests" / "conftest.py", folder)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", folder, folder],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"CI": ci, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""},
    )


@pytest.mark.parametrize(
    ("ci", "status", "closing"), [("", 0, "1 skipped"), ("true", 1, "1 error")]
)
def test_a_skipped_test_fails_in_ci_and_only_there(
    tmp_path: Path, ci: str, status: int, closing: str
) -> None:
    (tmp_path / "test_skipping.py").write_text(SKIPPING)
    done = pytest_in(tmp_path, ci)
    assert done.returncode == status
    assert closing in done.stdout.splitlines()[-1]
    assert "1 passed" in done.stdout.splitlines()[-1]
    assert ("counts as failed in CI: Skipped: no oven" in done.stdout) is bool(ci)


def test_a_module_that_skips_itself_fails_in_ci(tmp_path: Path) -> None:
    (tmp_path / "test_module.py").write_text("import pytest\npytest.importorskip('no_such_oven')")
    done = pytest_in(tmp_path, "true")
    assert done.returncode != 0
    assert "no_such_oven" in done.stdout
    assert "1 error" in done.stdout.splitlines()[-1]


def test_the_pinned_installer_has_checksums() -> None:
    assert len(start.UV_WHEELS) == len(set(start.UV_WHEELS)) == 5
    assert all(
        len(bytes.fromhex(digest)) == hashlib.sha256().digest_size for digest in start.UV_WHEELS
    )
