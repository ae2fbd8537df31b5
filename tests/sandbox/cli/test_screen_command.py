"""`risk-sandbox screen` as a person types it."""

import json

import pytest
from click.testing import CliRunner

from data_generators import World, scenarios
from sandbox.cli import main
from sandbox.errors import BadInput
from sandbox.experiment import screening_run
from sandbox.screening import ScreeningCosts
from sandbox.screening.verdict_log import read_log

SMALL = ("--customers", "1500", "--months", "12", "--days", "5", "--isolation", "process")


def typed(*words):
    return CliRunner(env={"COLUMNS": "120"}).invoke(main, ["screen", *words])


def test_it_teaches_with_an_example():
    told = typed("--help")
    assert told.exit_code == 0
    assert "risk-sandbox screen --alerts 2 --case 4711" in told.output


def test_the_last_days_are_screened_within_the_budget_logged_and_a_case_is_written(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    applications = World(scenarios.online_rental, 1500, 12, seed=101).observed().applications
    last = str(applications.sort_values("event_time")["customer_id"].iloc[-1])
    told = typed(*SMALL, "--alerts", "1", "--log", "log.jsonl", "--case", last)
    assert told.exit_code == 0, told.output
    assert "Budget of alerts" in told.stdout
    assert "1 alert a day at most" in told.stdout
    assert f"Case: case-{last}.html" in told.stdout
    assert f"Application {last}" in (tmp_path / f"case-{last}.html").read_text()
    log = read_log("log.jsonl")
    assert f"{len(log)} applications screened by boosted fraud" in told.stdout
    days = [each.alert_day for each in log if each.alert_day is not None]
    assert len(days) == len(set(days))
    assert "Next:\n" in told.stdout


def test_what_to_type_next_is_the_case_of_an_alert_of_the_same_applications(tmp_path):
    market = ["--customers", "1500", "--months", "12", "--days", "30", "--alerts", "1"]
    words = [*market, "--isolation", "process"]
    told = typed(*words, "--log", str(tmp_path / "log.jsonl")).stdout
    again, models = told.split("Next:\n")[1].splitlines()
    assert f"screen {' '.join(words)} --case " in again
    application = again.split(" --case ")[1].split()[0]
    log = read_log(tmp_path / "log.jsonl")
    assert application in [str(v.application_id) for v in log if v.decision == "review"]
    assert "risk-sandbox fraud " in models


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_a_market_is_screened_with_its_own_share_of_fraud_that_is_confirmed(monkeypatch, share):
    market = scenarios.online_rental.replace(fraud__found=share)
    monkeypatch.setattr(scenarios, "by_name", lambda name: market)
    monkeypatch.setattr(screening_run, "learned", lambda *_: None)
    given = []

    def stopped(world, chosen, setting, **_):
        given.append(setting.costs)
        raise BadInput("That will do.")

    monkeypatch.setattr(screening_run, "screen_world", stopped)
    assert "That will do." in typed(*SMALL).stderr
    assert given == [ScreeningCosts(found=share)]


def test_rules_that_name_an_unknown_field_are_refused(tmp_path):
    text = {"name": "mine", "version": 1, "rules": [
        {"id": "odd", "text": "Odd", "when": {"device_age_dayz": "< 5"}, "points": 5}]}  # fmt: skip
    (tmp_path / "rules.yaml").write_text(json.dumps(text))
    told = typed(*SMALL, "--rules", str(tmp_path / "rules.yaml"))
    assert told.exit_code == 2, told.output
    assert "unknown field device_age_dayz" in told.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--applications", "today.csv"], "needs a STUDY"),
        (["nothing", "--store", "nowhere"], "There is no study 'nothing'"),
        (["--scenario", "travl"], "the nearest is travel"),
        (["--alerts", "0"], "0 is not a whole number from 1 up"),
        (["--model", "stack"], "--model is one of a STUDY"),
        (["--lists", "sqlite:///lists.db"], "--lists are for --applications"),
        (["--out", "case.html"], "say which by --case"),
        (["--customers", "300", "--months", "6", "--days", "400"], "--days 400 leaves none"),
        (["--rules", "none.yaml"], "There is no file none.yaml"),
    ],
)
def test_misuse_of_screening_is_one_sentence_and_status_2(words, said):
    told = typed(*words)
    assert told.exit_code == 2, told.output
    assert said in " ".join(told.stderr.split())
