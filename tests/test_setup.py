"""The set-up: one list of packages, and a script that any python3 can begin."""

import ast
import hashlib
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from start_script import ROOT, start

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCK = (ROOT / "requirements.txt").read_text()
PLATFORMS = [("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64")]


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


def test_the_pinned_installer_has_checksums() -> None:
    assert len(start.UV_WHEELS) == len(set(start.UV_WHEELS)) == 5
    assert all(
        len(bytes.fromhex(digest)) == hashlib.sha256().digest_size for digest in start.UV_WHEELS
    )


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


def test_the_room_on_disk_that_help_speaks_of_is_about_what_the_packages_take() -> None:
    """Within a third: sizes differ a little by platform, and bytecode is a fifth of it."""
    said = re.search(r"\(([\d.]+) GB on disk\)", start.__doc__ or "")
    assert said is not None
    installed = Path(sysconfig.get_path("purelib"))
    files = (Path(folder, name) for folder, _, names in os.walk(installed) for name in names)
    taken = sum(file.lstat().st_size for file in files) / 1e9
    assert taken / float(said[1]) == pytest.approx(1.0, abs=1 / 3)


def test_help_explains_every_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert start.main(["--help"]) == 0
    shown = capsys.readouterr().out
    for word in start.WORDS:
        assert re.search(rf"^  {word} +\w+", shown, re.MULTILINE), word
