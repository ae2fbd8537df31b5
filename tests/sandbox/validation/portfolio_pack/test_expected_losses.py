"""Expected losses and default curves against riskvalidation and by hand."""

import numpy as np
import pandas as pd
import pytest
from riskvalidation.provisions.ecl import commitment_ead, ecl_scenario, portfolio_allowance
from small_panels import random_table

from sandbox.errors import BadInput
from sandbox.validation.definitions import Definitions
from sandbox.validation.portfolio_pack.default_curves import default_curves
from sandbox.validation.portfolio_pack.ecl import (
    coverage_ratios,
    ecl_by_stage,
    expected_losses,
)
from sandbox.validation.portfolio_pack.panel import AccountPanel
from sandbox.validation.portfolio_pack.rolls import roll_matrix

OWN = Definitions.built_in()
MONTHS = np.arange(1, 31)


def a_portfolio(n=200, seed=0):
    rng = np.random.default_rng(seed)
    accounts = pd.DataFrame(
        {"account": range(n), "stage": rng.integers(1, 4, n), "balance": rng.uniform(0, 1e5, n),
         "segment": rng.choice(["a", "b"], n), "lgd": rng.uniform(0.2, 0.9, n),
         "eir": rng.uniform(0, 0.3, n), "undrawn": rng.uniform(0, 5e4, n),
         "ccf": rng.uniform(0, 1, n)}
    )  # fmt: skip
    curves = pd.concat(
        pd.DataFrame({"segment": s, "month": MONTHS, "marginal_pd": rng.uniform(0, 0.03, 30)})
        for s in "ab"
    )
    return accounts, curves


def test_expected_losses_equal_riskvalidation_ecl_scenario():
    accounts, curves = a_portfolio()
    found = expected_losses(accounts, curves)
    by_segment = {s: part["marginal_pd"].to_numpy() for s, part in curves.groupby("segment")}
    marginal = np.stack([by_segment[s] for s in accounts["segment"]])
    ead = commitment_ead(*(accounts[c].to_numpy() for c in ("balance", "undrawn", "ccf")))
    alive = (accounts["stage"] < 3).to_numpy()
    rates = accounts["lgd"].to_numpy(), ead, accounts["eir"].to_numpy(), MONTHS
    year, life = ecl_scenario(marginal, *rates, 12), ecl_scenario(marginal, *rates, 30)
    assert found["ecl_12m"].to_numpy()[alive] == pytest.approx(year[alive], rel=1e-12)
    assert found["ecl_lifetime"].to_numpy()[alive] == pytest.approx(life[alive], rel=1e-12)
    third = (accounts["lgd"] * accounts["balance"]).to_numpy()
    expected = portfolio_allowance(accounts["stage"].to_numpy(), year, life, third)
    table = ecl_by_stage(found).set_index("stage")
    for k in (1, 2, 3):
        ecl = table.loc[f"stage {k}", "ecl"]
        assert ecl == pytest.approx(expected.by_stage[f"stage{k}"], rel=1e-12)
    assert table.loc["all", "ecl"] == pytest.approx(expected.total, rel=1e-12)
    assert table.loc["all", "coverage"] == pytest.approx(expected.total / accounts["balance"].sum())


def test_an_expected_loss_reckoned_by_hand():
    accounts = pd.DataFrame(
        {"stage": [1, 2, 3], "balance": 1_000.0, "segment": "a", "lgd": 0.5, "eir": 0.12}
    )
    curve = pd.DataFrame(
        {
            "segment": "a",
            "month": range(1, 25),
            "marginal_pd": 0.01,
            "ead_share": [1] * 12 + [0.5] * 12,
        }
    )
    year = sum(0.01 * 0.5 * 1_000 / 1.12 ** ((t - 0.5) / 12) for t in range(1, 13))
    rest = sum(0.01 * 0.5 * 500 / 1.12 ** ((t - 0.5) / 12) for t in range(13, 25))
    assert expected_losses(accounts, curve)["ecl"].tolist() == pytest.approx(
        [year, year + rest, 500.0]
    )


def test_the_contract_s_end_cuts_the_lifetime():
    accounts = pd.DataFrame(
        {"stage": 2, "balance": 1.0, "segment": "a", "lgd": 1.0, "eir": 0.0,
         "remaining_months": [3, 60]}
    )  # fmt: skip
    curve = pd.DataFrame({"segment": "a", "month": range(1, 25), "marginal_pd": 0.01})
    assert expected_losses(accounts, curve)["ecl"].tolist() == pytest.approx([0.03, 0.24])


def test_scenarios_are_weighted_and_their_weights_add_to_one():
    accounts, curves = a_portfolio()
    worse = curves.assign(marginal_pd=curves["marginal_pd"] * 1.1)
    both = pd.concat(
        [curves.assign(scenario="base", weight=0.7), worse.assign(scenario="low", weight=0.3)]
    )
    apart = [expected_losses(accounts, c)["ecl"] for c in (curves, worse)]
    expected = 0.7 * apart[0] + 0.3 * apart[1]
    assert expected_losses(accounts, both)["ecl"].to_numpy() == pytest.approx(expected.to_numpy())
    with pytest.raises(BadInput, match=r"add to 0\.7"):
        expected_losses(accounts, both[both["scenario"] == "base"])


@pytest.mark.parametrize(
    ("accounts", "curves", "said"),
    [
        ({"lgd": 1.2}, {}, "Column lgd is 1.2"),
        ({"stage": 4}, {}, "something but 1, 2 and 3"),
        ({"balance": -1.0}, {}, "Column balance is -1"),
        ({"segment": "c"}, {}, "no curve of segment 'c'"),
        ({}, {"marginal_pd": 0.2}, "add to more than 1"),
        ({}, {"month": 7}, "without a gap"),
    ],
)
def test_nonsense_among_expected_losses_is_refused(accounts, curves, said):
    a, c = a_portfolio()
    with pytest.raises(BadInput, match=said):
        expected_losses(a.assign(**accounts), c.assign(**curves))


def test_default_curves_equal_powers_of_the_matrix():
    rolls = roll_matrix(AccountPanel.of(random_table(7, accounts=400)), OWN)
    found = default_curves(rolls, OWN, 24)
    names = list(OWN.overdue.names)
    # M0 to M3, default (M4 and worse, written off), left
    full = np.zeros((6, 6))
    full[4, 4] = full[5, 5] = 1
    for k in range(4):
        row = rolls.set_index("from").loc[names[k]]
        stay = 1 - row["left"] - row["written off"]
        full[k, :4] = row[names[:4]].to_numpy(float) * stay
        full[k, 4] = row[names[4:]].sum() * stay + row["written off"]
        full[k, 5] = row["left"]
    for month in (1, 2, 12, 24):
        power = np.linalg.matrix_power(full, month)
        cumulative = found[found["month"] == month].set_index("segment")["cumulative_pd"]
        assert cumulative[names[:4]].tolist() == pytest.approx(power[:4, 4])


def test_default_that_is_no_bound_of_a_bucket_is_refused():
    odd = OWN.model_copy(update={"default": OWN.default.model_copy(update={"days": 100})})
    with pytest.raises(BadInput, match="no bound of a bucket"):
        default_curves(roll_matrix(AccountPanel.of(random_table(7)), OWN), odd)


def test_coverage_ratios_by_hand():
    losses = pd.DataFrame(
        {"balance": [900.0, 60.0, 40.0], "ecl": [9.0, 6.0, 35.0],
         "category": ["normal", "special mention", "doubtful"]}
    )  # fmt: skip
    found = coverage_ratios(losses).set_index("ratio")["value"]
    assert found.to_dict() == pytest.approx(
        {"npl_ratio": 0.04, "provision_to_loans": 0.05, "provision_coverage": 1.25}
    )
    with pytest.raises(BadInput, match="'bad' is none of"):
        coverage_ratios(losses.assign(category="bad"))
