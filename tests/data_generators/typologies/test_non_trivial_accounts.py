"""No column and no rule over two gives a bust-out away before it happens; all together tell some.

The unit is an account at one age. A case is looked at when the last month before it turns is
over: nothing later is left to look at, and no earlier month shows more of the build-up. Others
are accounts on a line that were open at that age, whether they stay good or turn bad in the
ordinary way later: a bank that looks for bust-outs looks at all of its open lines, and does not
know yet who will be late. Their ages are drawn among the cases' ages, since every bust-out has
its month and age alone would tell. Frauds by application have gates of their own. Of each, the
columns are those of its months up to then, raw and derived, and of its application.

Measured on seeds that nobody has seen, where bust-outs are frequent; a failure says which.
"""

import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

import data_generators as dg
from data_generators import scenarios
from data_generators.fidelity.giveaways import rules, single_columns
from data_generators.fidelity.giveaways.frequent import lines_of
from data_generators.scenarios.hosting import hosts
from data_generators.streams import BLOCK

#: of customers with a line who will turn: with a share of 0.14 among accounts, 1,000 cases or more
#: in so many blocks
SHARE, CASES = 0.16, 1_000
BLOCKS = {"medical_beauty": 6, "travel": 2}
#: markets measured in CI, and the others
SOME = ("ecommerce", "micro_business")
#: months looked back before the last one, where a market is measured in full
EARLIER = 3


def lines(scenario, seed, back=0, applied=True):
    """Columns of the accounts on a line at one age each, and which of them will turn (truth)."""
    customers = BLOCK * BLOCKS.get(scenario.name, 1)
    return lines_of(scenario, SHARE, seed, customers, back=back, applied=applied)


def refuse_giveaways(scenario, seed, back=0):
    table, is_case = lines(scenario, seed, back)
    assert is_case.sum() >= CASES
    worst = single_columns(table, is_case).iloc[0]
    told = f"seed {seed}: {worst['column']} has AUC {worst['auc']:.3f}"
    assert worst["auc"] < 0.75, told
    for rule in rules(table, is_case, scenario.fraud.bust_out).itertuples():
        told = f"seed {seed}: {rule.rule} has precision {rule.precision:.2f}"
        assert rule.precision < 0.5, told
        # Among as many bust-outs as there usually are, the same rule is nearly always wrong.
        assert rule.precision_natural < 0.05, told


@pytest.mark.parametrize("market", SOME)
def test_no_column_and_no_rule_gives_a_bust_out_away(market, seed):
    refuse_giveaways(scenarios.by_name(market), seed)


@pytest.mark.long
@pytest.mark.parametrize("back", [0, EARLIER])
@pytest.mark.parametrize("market", scenarios.catalogue())
def test_none_does_in_any_market_nor_months_before(market, back, seed):
    scenario = scenarios.by_name(market)
    if hosts(scenario, "bust_out"):
        refuse_giveaways(scenario, seed, back)
    else:
        # No line, nothing to bust out of: no account ever turns, whatever the share.
        cases = dg.World(scenario, BLOCK, 1, seed).truth.fraud_cases()
        assert scenario.fraud.bust_out == 0
        assert "bust_out" not in set(cases["typology"])


@pytest.mark.parametrize("market", SOME)
def test_the_dial_goes_from_easy_to_hard_and_columns_together_tell(market, seed):
    found = {}
    for difficulty in ("easy", "medium", "hard"):
        scenario = scenarios.by_name(market).at_difficulty(difficulty)
        trained, scored = (lines(scenario, s, applied=False) for s in (seed, seed + 1))
        model = HistGradientBoostingClassifier(
            max_iter=60, learning_rate=0.08, max_leaf_nodes=8, random_state=0
        ).fit(*trained)
        found[difficulty] = roc_auc_score(scored[1], model.predict_proba(scored[0])[:, 1])
    told = f"seed {seed}: {found}"
    # Some 1,300 cases: a standard error of 0.009.
    assert found["easy"] > found["medium"] + 0.05 > found["hard"] + 0.05, told
    assert found["medium"] > 0.57, told
