"""The command line: help that teaches, and every error one sentence with a status."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import sandbox.main_job
from sandbox.cli import failures, main
from sandbox.cli.generate import _next
from sandbox.cli.options import SCENARIOS, seeds_from
from sandbox.isolation import Probe

WORDS = tuple(main.list_commands(None))
PROGRAM = [sys.executable, "-c", "from sandbox.cli import main; main()"]


def typed(*words: str):
    return CliRunner().invoke(main, words)


def one_sentence(text: str) -> str:
    (line,) = text.strip().splitlines()
    assert line.endswith(".")
    return line


def test_help_names_every_word_with_what_it_is_for():
    told = typed("--help")
    assert told.exit_code == 0
    for word in WORDS:
        assert f"  {word} " in told.output
        assert f"{main.get_command(None, word).short_help}\n" in told.output  # not cut short
    assert typed().output == told.output


@pytest.mark.parametrize("word", WORDS)
def test_every_word_teaches_with_a_paragraph_and_an_example(word):
    told = typed(word, "--help")
    assert told.exit_code == 0
    assert f"Example:\n    risk-sandbox {word}" in told.output.replace(
        "Example:\n    risk-sandbox fetch taiwan\n    risk-sandbox validate",
        f"Example:\n    risk-sandbox {word}",
    )
    assert "--debug" in told.output
    assert max(map(len, told.output.splitlines())) <= 100


def test_help_loads_nothing_heavy():
    program = (
        "import sys\nfrom sandbox.cli import main\n"
        "try:\n    main(['run', '--help'])\nexcept SystemExit:\n    pass\n"
        "import json; print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    loaded = set(json.loads(finished.stderr))
    heavy = {"numpy", "pandas", "pyarrow", "sklearn", "scipy", "mlflow", "rich", "pydantic", "yaml"}
    assert not loaded & heavy


def test_the_version_is_that_of_the_package():
    assert typed("--version").output.startswith("risk-sandbox 0.")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["rnu"], "No such command 'rnu'"),
        (["run", "--seeds", "a"], "'a' is neither a number such as 3 nor a list"),
        (["run", "--seeds", "3,7,3"], "3 stands twice in 3,7,3"),
        (["run", "--seeds", "0"], "0 seeds are not possible; 1 to 100 are"),
        (["run", "--seeds", "-1"], "-1 seeds are not possible; 1 to 100 are"),
        (["run", "--seeds", "5,-2"], "the seed -2 is negative; seeds count from 0 up"),
        (["run", "--customers", "0"], "'--customers': 0 is not a whole number from 1 up"),
        (["run", "--customers", "abc"], "'--customers': abc is not a whole number from 1 up"),
        (["run", "--seed", "1.5"], "'--seed': 1.5 is not a whole number from 0 up"),
        (["run", "--scenario", "travl"], "There is no scenario 'travl'; the nearest is travel"),
        (["run", "--isolation", "magic"], "'magic' is not one of"),
        (["fetch"], "Missing argument 'NAME'"),
        (["validate", "--portfolio", "x.csv"], "Say --mapping, or --target COLUMN and --score"),
        (["validate", "--portfolio", "x", "--mapping", "taiwan"], "Say --fit to train models"),
        (["validate", "--portfolio", "x.csv", "--mapping", "taiwan", "--fit"], "no file x.csv"),
        (["validate", "--portfolio", "x", "--mapping", "y", "--fit"], "no mapping file y"),
        (["fetch", "germany"], "no portfolio 'germany'"),
        (["fetch", "taiwan", "--to", "something"], "something is a file"),
        (["generate", "--scenario", "mortgage", "out"], "'mortgage'; the nearest is travel"),
        (["generate", "."], "is not empty"),
        (["generate", "something"], "something is a file"),
        (["generate", "something/x"], "something is a file"),
        (["generate", "--as-of", "-1", "out"], "-1 is not a number of days from 0"),
        (["generate", "--as-of", "nan", "out"], "nan is not a number of days from 0"),
        (["generate", "--as-of", "May", "out"], "May is not a number of days from 0"),
        (["report", "nothing", "--store", "nowhere"], "There is no study 'nothing'"),
        (["ui", "--store", "nowhere"], "There are no results in nowhere"),
    ],
)
def test_misuse_is_one_sentence_on_stderr_and_status_2(words, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "something").touch()
    told = typed(*words)
    assert told.exit_code == 2, told.output
    assert told.stdout == ""
    assert said in one_sentence(told.stderr)
    assert [p.name for p in tmp_path.iterdir()] == ["something"]


@pytest.mark.parametrize(
    "words",
    [
        ["--debug", "generate", "--scenario", "piracy", "out"],
        ["generate", "--scenario", "piracy", "out", "--debug"],
    ],
)
def test_debug_shows_the_traceback_wherever_it_is_said(words):
    told = typed(*words)
    assert told.exit_code == 2
    assert "Traceback (most recent call last)" in told.stderr
    assert "There is no scenario" in told.stderr.splitlines()[-1]


def raises(error: BaseException):
    def raising(*_, **__):
        raise error

    return raising


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (ZeroDivisionError("by\nzero"), 1, "Unexpected ZeroDivisionError: by zero; run again"),
        (KeyError(), 1, "Unexpected KeyError: KeyError; run again with --debug"),
        (KeyboardInterrupt(), 130, "Interrupted; nothing was written."),
        (
            PermissionError(13, "Permission denied", "/x/.g.8vl_8s0h/a.parquet"),
            2,
            "/x/g/a.parquet: permission denied; choose a place where you may write (OUT)",
        ),
        (OSError(30, "Read-only file system", "x"), 2, "x: read-only file system; choose a place"),
        (FileNotFoundError(2, "No such file", "/proc/.g.8vl_8s0h"), 2, "/proc/g: no such file"),
        (NotADirectoryError(20, "Not a directory", "a/g"), 2, "a/g is or goes through a file"),
        (RuntimeError("attempt to write a readonly database"), 2, "may not be written to; choose"),
        (OSError(28, "No space left on device", "/x/y"), 2, "The disk is full: /x/y could not"),
    ],
)
def test_the_unexpected_is_one_sentence_as_well(monkeypatch, error, status, said):
    monkeypatch.setattr("data_generators.dataset.write", raises(error))
    told = typed("generate", "--customers", "10", "out")
    assert told.exit_code == status
    assert said in one_sentence(told.stderr)


def test_a_full_disk_is_recognised_behind_other_errors_and_names_the_option(monkeypatch):
    behind = ValueError("cannot be used as a store")
    behind.__cause__ = RuntimeError("(sqlite3.OperationalError) database or disk is full")
    monkeypatch.setattr("data_generators.dataset.write", raises(behind))
    told = typed("generate", "--customers", "10", "out")
    assert told.exit_code == 2
    assert one_sentence(told.stderr) == (
        "The disk is full; nothing was half-written; free space or choose another folder (OUT)."
    )


def test_doctor_gives_a_remedy_once_and_points_to_it_from_other_rows(monkeypatch):
    found = (
        Probe("bubblewrap", False, "missing", "install it"),
        Probe("user namespaces", False, "not tried", "install it"),
        Probe("level namespace", False, "missing", "install it"),
        Probe("level none", True, "isolates nothing"),
    )
    monkeypatch.setattr("sandbox.isolation.probe", lambda: found)
    told = typed("doctor").stdout
    assert told.count("install it") == 1
    assert told.count("see bubblewrap") == 2


def test_doctor_fails_exactly_when_the_default_level_does(monkeypatch):
    def found(works: bool):
        default = Probe("level namespace", works, "seen [so]", "install it" * (not works))
        return lambda: (Probe("bubblewrap", works, "0.8", ""), default)

    monkeypatch.setattr("sandbox.isolation.probe", found(True))
    told = typed("doctor")
    assert (told.exit_code, told.stderr) == (0, "")
    assert "seen [so]" in told.stdout
    monkeypatch.setattr("sandbox.isolation.probe", found(False))
    told = typed("doctor")
    assert told.exit_code == 1
    assert "install it" in told.stdout
    assert one_sentence(told.stderr) == "Level namespace does not work here: seen [so]."


def test_seeds_are_a_number_or_a_list():
    assert seeds_from(2, 7) == (7, 8)
    assert seeds_from((9, 3), 7) == (9, 3)


def test_generated_tables_are_files_and_their_folder_is_taken(tmp_path):
    words = ["generate", "--customers", "50", "--months", "3", str(tmp_path / "w")]
    told = typed(*words)
    assert told.exit_code == 0, told.output
    assert "w: observed tables of 50 customers over 3 months.\nNext:\n" in told.stdout
    assert (tmp_path / "w" / "applications.parquet").is_file()
    again = typed(*words)
    assert again.exit_code == 2
    assert "is not empty" in one_sentence(again.stderr)


def test_tables_as_of_a_day_say_who_had_applied_by_then(tmp_path):
    words = ["generate", "--customers", "200", "--months", "3"]
    told = typed(*words, "--as-of", "30", str(tmp_path / "early")).stdout
    rows = len(pd.read_parquet(tmp_path / "early" / "applications.parquet"))
    assert 0 < rows < 200
    assert f"observed tables as of day 30: {rows} of 200 customers had applied." in told
    told = typed(*words, "--as-of", "5000", str(tmp_path / "late")).stdout
    assert "so --as-of 5000 leaves nothing out." in told
    one = ["generate", "--customers", "1", "--months", "1", str(tmp_path / "one")]
    assert "observed tables of 1 customer over 1 month." in typed(*one).stdout


@pytest.mark.parametrize(
    ("words", "proposed"),
    [
        (["--customers", "50", "--months", "3"], "run "),
        (["--customers", "50", "--scenario", "travel"], "run --scenario travel "),
        (
            ["--customers", "1000", "--months", "12", "--scenario", "travel"],
            "run --scenario travel --customers 1000 --months 12 --seeds 1 --seed 7 ",
        ),
    ],
)
def test_what_to_type_next_tries_models_on_the_market_that_was_written(tmp_path, words, proposed):
    told = typed("generate", *words, str(tmp_path / "w"))
    assert told.exit_code == 0, told.output
    assert f"risk-sandbox {proposed} try models" in told.stdout


def test_models_are_not_proposed_on_a_million_customers():
    typed_next, meaning = _next("online_rental", 1_000_000, 24, 7)
    assert typed_next == "run --customers 20000 --months 24 --seeds 1 --seed 7"
    assert meaning == "try models on its first 20,000 customers"


def test_help_names_every_market():
    from data_generators import scenarios

    assert tuple(scenarios.catalogue()) == SCENARIOS
    for command in ("run", "generate"):
        told = " ".join(typed(command, "--help").stdout.split())
        assert all(name in told for name in SCENARIOS)


def test_a_person_who_waits_is_told_at_once_what_is_tried(tmp_path):
    (tmp_path / "store").touch()
    ours, theirs = pty.openpty()
    words = ["run", "--customers", "1000", "--seeds", "2", "--store", str(tmp_path / "store")]
    subprocess.run([*PROGRAM, *words], stderr=theirs, check=False)
    os.close(theirs)
    with os.fdopen(ours, "rb") as terminal:
        said = terminal.read1().decode()
    first = "Trying 2 limit and 2 fraud models on 2 online rental markets of 1,000 customers ..."
    assert said.splitlines()[0] == first


def test_what_is_told_at_once_is_what_the_main_job_tries(monkeypatch):
    tried = []

    class Stub:
        def __init__(self, name, *, models, **_):
            tried.append([model.role for model in models])

        def run(self, **_):
            return self

        def reports(self, *, edition):
            return (Path("r.html"),)

    monkeypatch.setattr("sandbox.main_job.Study", Stub)
    sandbox.main_job.run_main_job(customers=1_000)
    assert [len(roles) for roles in tried] == [2, 2]


def test_ctrl_c_leaves_nothing_behind_and_status_130(tmp_path):
    words = ["generate", "--customers", "5000000", str(tmp_path / "w")]
    running = subprocess.Popen(
        [*PROGRAM, *words],
        stderr=subprocess.PIPE,
        text=True,
        # a shell has what it starts in the background, these tests perhaps, ignore ctrl-c
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 30
    while not any(tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert any(tmp_path.iterdir())
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=30)
    assert running.returncode == 130
    assert told.splitlines()[-1].endswith("Interrupted; nothing was written.")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_of_what_is_written_one_by_one_says_that_it_is_kept():
    assert failures.of(KeyboardInterrupt()).sentence == "Interrupted; what was finished is kept."


def test_a_reader_that_goes_away_is_no_traceback():
    reading, writing = os.pipe()
    os.close(reading)
    finished = subprocess.run(
        [*PROGRAM, "doctor"], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert finished.stderr == ""


def test_the_installed_program_is_this_one():
    program = Path(sys.executable).with_name("risk-sandbox")
    told = subprocess.run([program, "--help"], capture_output=True, text=True, check=True)
    assert "Try credit-limit and fraud models" in told.stdout
