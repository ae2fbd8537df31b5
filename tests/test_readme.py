"""What README and docs show runs as it stands there."""

import re
import shlex
from functools import partial
from pathlib import Path

import matplotlib
import pytest
from click.testing import CliRunner

import sandbox as sb
from sandbox.cli import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def blocks(language, page=README):
    return re.findall(rf"```{language}\n(.*?)```", page, flags=re.DOTALL)


def test_the_python_example_is_short_and_runs(tmp_path, monkeypatch, capsys):
    (example,) = blocks("python")
    assert len([line for line in example.splitlines() if line.strip()]) <= 10
    monkeypatch.chdir(tmp_path)
    assert example.count("customers=20_000") == 1
    example = example.replace("customers=20_000", "customers=4_000")
    # as it stands it takes most of a minute, for an oracle that nobody looks at here
    monkeypatch.setattr(sb, "Study", partial(sb.Study, replicas=8))
    exec(compile(example, "README.md", "exec"), {"__name__": "readme"})
    assert (tmp_path / "report.html").stat().st_size > 50_000


COMMANDS = sorted(set(re.findall(r"^(risk-sandbox \w+)", "\n".join(blocks("bash")), re.MULTILINE)))


def test_readme_shows_commands():
    assert len(COMMANDS) >= 4


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_it_shows_exists(command):
    word = shlex.split(command)[1]
    assert CliRunner().invoke(main, [word, "--help"]).exit_code == 0


def test_every_file_it_points_to_is_there():
    targets = re.findall(r"\]\(([^)#:]+)\)|src=\"([^\":]+)\"", README)
    paths = {a or b for a, b in targets}
    assert paths
    assert {p for p in paths if not (ROOT / p).exists()} == set()


@pytest.mark.parametrize(
    ("page", "printed"),
    [
        ("world", "defaults, customer by customer"),
        ("fraud", "job_loss"),
        ("limits", "exposure budget"),
        ("screening", "confirmed fraud"),
        ("lists", "Review: phone on the black list (entry 1: confirmed fraud)."),
        ("explanations", "'validity': "),
        ("validation", "stress.reverse_capital"),
    ],
)
def test_the_examples_of_a_page_run_one_after_the_other(
    page, printed, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    matplotlib.use("agg")  # a plot must not wait for somebody to close it
    examples = blocks("python", (ROOT / f"docs/{page}.md").read_text())
    assert examples
    names = {"__name__": "docs"}
    for example in examples:
        exec(compile(example, f"docs/{page}.md", "exec"), names)
    assert printed in capsys.readouterr().out


def test_the_commands_on_a_table_of_scores_do_what_the_page_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs/validation.md").read_text()
    exec(compile(blocks("python", page)[0], "docs/validation.md", "exec"), {"__name__": "docs"})
    for line in blocks("bash", page)[0].splitlines():
        told = CliRunner().invoke(main, shlex.split(line)[1:])
        assert told.exit_code == 0, told.output
    written = {p.name for p in tmp_path.glob("*") if p.is_file()}
    assert {"review.html", "review.xlsx", "review.json"} <= written
    assert "our cards, version 2026" in (tmp_path / "review.html").read_text()
    assert "PD-CARDS, version 3.2" in (tmp_path / "review.html").read_text()
    assert len(list((tmp_path / "results/reports").glob("*.html"))) == 1


def test_every_file_the_docs_point_to_is_there():
    for page in (ROOT / "docs").glob("*.md"):
        targets = re.findall(r"\]\((?!http)([^)#:]+)\)", page.read_text())
        assert [t for t in targets if not (page.parent / t).exists()] == [], page.name
