"""A finished study has all that the committee's page needs, and the page says what it said."""

import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import data_generators as dg
import sandbox as sb
from sandbox.cli import main
from sandbox.errors import BadInput
from sandbox.experiment import Study, StudyResults
from sandbox.experiment.committee_expected import expected_by
from sandbox.experiment.committee_study import _defaults, chosen
from sandbox.experiment.entrant import Entrant
from sandbox.experiment.judged_again import evaluation_seed_of, judged_on
from sandbox.experiment.study import folder_of
from sandbox.isolation import Status
from sandbox.policy import LimitPolicy
from sandbox.policy.what_if import anew

NAME = "limits on two markets"
RULES, PAIR = "rule matrix", "PD and EAD, capped"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A study as another process finds it: read from its folder."""
    workspace = sb.Workspace(tmp_path_factory.mktemp("committee") / "results")
    models = sb.models.RuleMatrix(), Entrant.of(sb.models.BoostedExposure(), name=PAIR)
    markets = dg.scenarios.travel, dg.scenarios.lifestyle
    worlds = [dg.World(market, customers=1_200, months=12) for market in markets]
    study = Study(NAME, worlds=worlds, models=models, seeds=[3], level="none", jobs=1,
                  workspace=workspace, replicas=4)  # fmt: skip
    study.run(progress=False, track=False)
    return StudyResults.load(workspace, NAME)


@pytest.fixture(scope="module")
def page(finished):
    return finished.committee_page(RULES, PAIR, scenario="travel")


@pytest.fixture(scope="module")
def judged(finished):
    return judged_on(chosen(finished, RULES, PAIR).new, secret_of(finished))


def secret_of(results):
    return evaluation_seed_of(folder_of(results.workspace, results.study))


def test_profit_and_true_regret_are_those_that_the_study_found(page, finished):
    pair = chosen(finished, RULES, PAIR, "travel")
    for book, cell in ((page.old, pair.old), (page.new, pair.new)):
        assert book.profit.mean() == pytest.approx(cell.metrics["value/profit_per_customer"])
        assert np.nanmean(book.regrets) == pytest.approx(cell.metrics["truth/regret_per_customer"])


def test_every_exhibit_but_that_of_overrides_is_shown(page):
    gaps = [each.gap for each in page.exhibits() if each.gap]
    assert gaps == ["Not shown: no overrides given."]


def test_the_policy_asked_again_decides_what_the_study_kept(page):
    assert anew(page.expected, page.base)["limit"].tolist() == page.new.limit.tolist()
    assert (page.expected.ceiling < page.expected.limits[-1]).any()


def test_one_pd_gives_no_what_if_and_the_page_says_so(finished):
    other = finished.committee_page(PAIR, RULES, scenario="travel")
    assert "rule matrix gives one pd and no expectation of each limit." in other.text()


def test_a_policy_that_decides_otherwise_is_not_asked_in_its_place(finished, judged):
    other = LimitPolicy(pd_bands=(0.01, 0.02), income_multiples=(1.0, 0.5))
    assert "another policy of the house" in expected_by(
        chosen(finished, RULES, PAIR).new, judged, other
    )


def test_a_customer_is_the_same_person_in_every_market(page, finished, judged):
    lines = page.exposures
    assert set(lines["scenario"]) == set(dg.scenarios.catalogue())
    ours = lines[lines["scenario"] == "travel"].set_index("customer_id")["limit"]
    taken = page.new.outcomes["taken"].to_numpy()
    assert ours.index.tolist() == judged.honest[taken].tolist()
    assert ours.tolist() == page.new.limit[taken].tolist()
    tried = chosen(finished, RULES, PAIR, "lifestyle").new.tables["decisions"]["limit"]
    assert set(lines.loc[lines["scenario"] == "lifestyle", "limit"]) <= set(tried)
    outside = set(lines.loc[~lines["counts"], "scenario"])
    assert outside == {"car_purchase", "micro_business"}


@pytest.fixture(scope="module")
def by_hand(page, judged):
    """The first ten approvals declined, the first ten declines approved."""
    approved, declined = (np.flatnonzero(page.new.approve == yes)[:10] for yes in (True, False))
    return pd.DataFrame(
        {
            "customer_id": judged.honest[np.concatenate([approved, declined])],
            "limit": [0.0] * 10 + [2e3] * len(declined),
            "reason": ["overdue"] * 10 + ["branch"] * len(declined),
            "who": ["Li"] * 10 + ["Chen"] * len(declined),
        }
    )


def test_what_became_of_overrides_is_replayed(finished, page, by_hand, judged, tmp_path):
    path = tmp_path / "overrides.csv"
    by_hand.to_csv(path, index=False)
    done = finished.committee_page(RULES, PAIR, scenario="travel", overrides=path)
    touched = np.isin(judged.honest, by_hand["customer_id"])
    assert done.final.limit[touched].tolist() != page.new.limit[touched].tolist()
    assert (done.final.profit[~touched] == page.new.profit[~touched]).all()
    refused = touched & (done.final.limit == 0)
    assert (done.final.profit[refused] == 0).all()
    let_in = touched & (done.final.limit == 2e3)
    lived = judged.world.replay(
        dg.Decisions.of(np.full(judged.world.customers, 2e3),
                        price=judged.world.logged_decisions().price),
        progress=False,
    ).customers["profit"].to_numpy()[judged.honest]  # fmt: skip
    assert done.final.profit[let_in] == pytest.approx(lived[let_in])
    assert "By officer: " in done.text()
    assert "overdue (10: " in done.text()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.drop(columns="who"), "no column who"),
        (lambda t: t.iloc[:0], "no rows"),
        (lambda t: t.assign(customer_id=10**6), "stands twice"),
        (lambda t: t.assign(customer_id=t["customer_id"] + 10**6), "has no decision in this study"),
        (lambda t: t.assign(limit=-1), "Row 0 of the overrides has the limit -1"),
        (lambda t: t.assign(limit="much"), "has the limit much"),
    ],
)
def test_overrides_that_make_no_sense_are_refused(finished, by_hand, change, said):
    with pytest.raises(BadInput, match=said):
        finished.committee_page(RULES, PAIR, scenario="travel", overrides=change(by_hand))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"old": "the rules"}, f"no model 'the rules' .*; it has {RULES}, {PAIR}"),
        ({"old": RULES, "new": RULES}, "Old and new are both rule matrix"),
        ({"scenario": "ecommerce"}, "no market 'ecommerce' .*; it has travel, lifestyle"),
        ({"seed": 9}, "no seed 9 .*; it has 3"),
        ({"evaluation_seed": 1}, "cannot be had again"),
        ({"overrides": "nowhere.csv"}, "There is no file nowhere.csv"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(finished, asked, said):
    with pytest.raises(BadInput, match=said):
        finished.committee_page(**asked)


def test_one_model_alone_makes_no_page(finished):
    alone = replace(finished, cells=tuple(c for c in finished.cells if c.cell.model == RULES))
    with pytest.raises(BadInput, match="compares two models"):
        alone.committee_page()
    broken = [c if c.cell.model == RULES else replace(c, status=Status.RAISED)
              for c in finished.cells]  # fmt: skip
    with pytest.raises(BadInput, match="1 got through"):
        replace(finished, cells=tuple(broken)).committee_page()


def test_limits_that_are_reviewed_later_are_not_compared(finished):
    cells = tuple(
        replace(c, params={**c.params, "review.of": "limits of another"})
        if c.cell.model == PAIR
        else c
        for c in finished.cells
    )
    with pytest.raises(BadInput, match="compares two models"):
        replace(finished, cells=cells).committee_page()


def test_a_replay_that_comes_to_something_else_is_no_page(finished):
    cells = [
        replace(c, metrics={**c.metrics, "value/profit_per_customer": 1.0}) for c in finished.cells
    ]
    with pytest.raises(BadInput, match=r"earned 1.00 RMB a customer when the study ran"):
        replace(finished, cells=tuple(cells)).committee_page(RULES, PAIR)


def test_a_secret_that_was_not_kept_is_asked_for(finished, tmp_path):
    copy = sb.Workspace(tmp_path / "copy")
    shutil.copytree(finished.workspace.root, copy.root)
    (folder_of(copy, NAME) / "evaluation_seed").unlink()
    elsewhere = replace(finished, workspace=copy)
    with pytest.raises(BadInput, match="give it again"):
        elsewhere.committee_page(RULES, PAIR)
    given = elsewhere.committee_page(RULES, PAIR, evaluation_seed=secret_of(finished))
    assert given.new.limit.sum() > 0


@pytest.mark.parametrize(
    ("order", "old", "new", "both"),
    [
        (["a", RULES, "b"], None, None, (RULES, "a")),
        ([RULES, "a", "b"], None, None, (RULES, "a")),
        ([RULES, "a", "b"], None, RULES, ("b", RULES)),
        (["a", "b"], None, None, ("b", "a")),
        (["a", RULES], "a", None, ("a", RULES)),
        (["a", "b", RULES], None, "b", (RULES, "b")),
    ],
)
def test_the_best_of_the_others_replaces_the_incumbent_unless_said_otherwise(order, old, new, both):
    assert _defaults(order, old, new) == both


def typed(results, *words):
    store = ["--store", str(results.workspace.root)]
    return CliRunner().invoke(main, ["committee", *words, *store])


def test_one_command_writes_the_page(finished, by_hand, tmp_path):
    csv, out = tmp_path / "overrides.csv", tmp_path / "page.html"
    by_hand.to_csv(csv, index=False)
    told = typed(finished, NAME, "--old", RULES, "--new", PAIR, "--out", str(out),
                 "--overrides", str(csv), "--scenario", "travel")  # fmt: skip
    assert told.exit_code == 0, told.output
    assert told.output.startswith(f"{out}: {RULES} → {PAIR}. ")
    assert "By reason: " in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["no such study"], "There is no study 'no such study'"),
        ([NAME, "--new", "x"], "The study has no model 'x'"),
        ([NAME, "--overrides", "nowhere.csv"], "There is no file nowhere.csv"),
    ],
)
def test_misuse_of_the_command_is_one_sentence_and_writes_nothing(finished, words, said, tmp_path):
    out = tmp_path / "page.html"
    told = typed(finished, *words, "--out", str(out))
    assert told.exit_code == 2
    assert said in told.output
    assert len(told.output.strip().splitlines()) == 1
    assert not out.exists()
