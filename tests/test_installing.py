"""Installing: pip's own settings hold, once is enough, and a failure is one sentence."""

import os
import shutil
from pathlib import Path

import pytest
from start_script import ROOT, start

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


def test_tests_bring_a_database_a_browser_and_a_chinese_font_unless_they_are_there(
    tmp_path: Path, apt: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(start, "install_from_system", lambda package: asked.append(package) or "")
    monkeypatch.setattr(start, "POSTGRES_FOLDERS", (str(tmp_path / "postgresql" / "*" / "bin"),))
    fonts = tmp_path / "fonts"
    wanted = {("initdb",): "postgresql", start.CHROMIUM: "chromium", (f"{fonts}/**/*CJK*",): "font"}
    assert list(start.TESTED_WITH.values())[:2] == ["postgresql", "chromium"]
    monkeypatch.setattr(start, "TESTED_WITH", wanted)
    monkeypatch.setenv("PATH", str(tmp_path / "programs"))
    start.for_tests()
    assert asked == ["postgresql", "chromium", "font"]
    for there in (
        tmp_path / "postgresql" / "15" / "bin" / "initdb",
        tmp_path / "programs" / "google-chrome",
        fonts / "opentype" / "noto" / "NotoSansCJK-Regular.ttc",
    ):
        there.parent.mkdir(parents=True, exist_ok=True)
        there.touch(0o755)
    start.for_tests()
    assert asked == ["postgresql", "chromium", "font"]


def test_a_package_is_asked_for_by_the_name_that_the_installer_knows(
    apt: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    advice = start.install_from_system(start.TESTED_WITH[start.CHINESE])
    assert advice == "ask an administrator to install the package fonts-wqy-zenhei with apt-get."
    assert {manager for manager, _ in start.OTHER_NAMES} <= set(start.INSTALLERS)
