"""Advice reaches the cut-off by the model's own word, at the least cost, and asks for no more."""

import numpy as np
import pandas as pd
import pytest

from sandbox.errors import BadInput
from sandbox.explanation.actions import Action, Actions, actions
from sandbox.explanation.counterfactual import advice_text, advise, advised
from sandbox.explanation.counterfactual_search import EVERY
from sandbox.explanation.moves import STEPS
from sandbox.models import BoostedPD

#: cut-off that some rows cannot reach
CUT = 0.08

FREE = Actions(
    (
        Action("a", "down", unit=1e-6, least=0.0),
        Action("b", "down", unit=1e-6, least=0.0),
        Action("c", "up", unit=1e-6, most=10.0, effort=2.0),
    ),
    {},
)


def linear(weights, level=0.0):
    """A logistic model of a table, exact in its margin."""

    def pd_of(table):
        margin = level + sum(w * table[name].to_numpy() for name, w in weights.items())
        return 1 / (1 + np.exp(-margin))

    return pd_of


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(3)
    n = 400
    lenders = rng.poisson(2.0, n).astype(float)
    return pd.DataFrame(
        {
            "age": rng.uniform(20, 60, n),
            "requested_amount": 100 * np.ceil(rng.lognormal(4.5, 0.5, n)),
            "declared_income": np.round(rng.lognormal(9, 0.4, n)),
            "bank_savings": np.where(rng.random(n) < 0.4, np.nan, rng.lognormal(8, 1, n).round()),
            "bureau_lenders": lenders,
            "bureau_lenders_30d": np.minimum(rng.poisson(0.7, n), lenders),
            "bureau_utilisation": rng.random(n).round(3),
            "bureau_inquiries_6m": rng.poisson(2, n).astype(float),
            "tenor_months": rng.choice([6.0, 12.0, 24.0], n),
        }
    )


@pytest.fixture(scope="module")
def boosted(people):
    rng = np.random.default_rng(4)
    risk = (
        0.9 * people["bureau_lenders"]
        + 2 * people["bureau_utilisation"]
        + people["requested_amount"] / 8_000
        - people["declared_income"] / 6_000
        - 0.05 * (people["age"] - 20)
        - 2
    )
    target = (rng.random(len(people)) < 1 / (1 + np.exp(-risk))).astype(float)
    model = BoostedPD(trees=40, smallest_leaf=10).fit(people, pd.DataFrame({"target": target}))
    return lambda table: model.predict(table)[:, 0]


@pytest.fixture(scope="module")
def advice(people, boosted):
    return advise(boosted, people, CUT, people, at_most=3)


def test_on_a_linear_model_the_cheapest_change_is_the_one_solved_by_hand():
    """One feature: weight times spread over effort says which; the margin says how far."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.uniform(1, 9, (300, 3)), columns=list("abc"))
    weights, cut = {"a": 0.5, "b": 0.9, "c": -0.6}, 0.7
    found = advise(linear(weights), table, cut, table, possible=FREE, at_most=1)
    spread = table.quantile(0.75) - table.quantile(0.25)
    over = sum(w * table[n] for n, w in weights.items()) - np.log(cut / (1 - cut))
    low, high = table.min(), table.max()
    room = pd.DataFrame({"a": table["a"] - low["a"], "b": table["b"] - low["b"],
                         "c": np.minimum(high["c"], 10 * table["c"]) - table["c"]})  # fmt: skip
    effort = {"a": 1.0, "b": 1.0, "c": 2.0}
    for name, weight in weights.items():
        needed = over / abs(weight)
        # up to the next of the steps between the own value and the end
        step = room[name] / STEPS
        room[name] = np.where(needed <= room[name], np.ceil(needed / step - 1e-6) * step, np.inf)
        room[name] *= effort[name] / spread[name]
    declined = np.flatnonzero(over > 0)
    assert len(declined) > 100
    helped = found[found["feature"] != ""].set_index("row")
    best = room.to_numpy()[declined]
    assert set(helped.index) == set(declined[np.isfinite(best).any(axis=1)])
    assert 0 < len(helped) < len(declined)
    expected = room.loc[helped.index]
    assert np.allclose(helped["cost"], expected.min(axis=1), rtol=1e-4)
    assert (helped["feature"] == expected.idxmin(axis=1)).all()


def test_two_features_are_taken_where_one_is_not_enough():
    table = pd.DataFrame({"a": [8.0, 0.0], "b": [8.0, 0.0], "c": [1.0, 1.0]})
    few = Actions(FREE.actions[:2], {})
    found = advise(linear({"a": 1.0, "b": 1.0}, -4.0), table, 0.5, table, possible=few)
    assert found["feature"].tolist() == ["a", "b"]
    assert found["to"].sum() == pytest.approx(4.0)
    alone = advise(linear({"a": 1.0}, -4.0), table, 0.5, table, possible=few)
    assert alone["feature"].tolist() == ["a"]
    assert alone["to"].item() == pytest.approx(4.0)


def test_a_pair_is_brought_back_to_the_finest_step_that_still_reaches():
    """Ends of 0 from 8: steps of a third; the coarse ones, of 1, would go down to 4."""
    table = pd.DataFrame({"a": [8.0, 0.0], "b": [8.0, 0.0], "c": [1.0, 1.0]})
    few = Actions(FREE.actions[:2], {})
    found = advise(linear({"a": 1.0, "b": 1.0}, -4.4), table, 0.5, table, possible=few)
    assert found["to"].sum() == pytest.approx(13 / 3, abs=1e-4)


def test_steps_of_fewer_features_hold_those_of_more():
    """So that what one feature less cannot reach has been tried."""
    assert STEPS % EVERY[3] == EVERY[3] % EVERY[2] == EVERY[2] % EVERY[1] == 0


def test_who_is_beyond_the_background_is_led_into_it():
    seen = pd.DataFrame({"a": [1.0, 10.0], "b": [1.0, 1.0], "c": [4.0, 8.0]})
    far = pd.DataFrame({"a": [20.0], "b": [1.0], "c": [2.0]})
    down = advise(linear({"a": 1.0}, -18.0), far, 0.5, seen, possible=FREE)
    assert down["feature"].tolist() == ["a"]
    assert 9 < down["to"].item() <= 10
    up = advise(linear({"c": -1.0}, 2.5), far, 0.5, seen, possible=FREE)
    assert up["feature"].tolist() == ["c"]
    assert 4 <= up["to"].item() < 5


def test_what_is_advised_reaches_the_cut_off_by_the_model_itself(people, boosted, advice):
    after = boosted(advised(people, advice))
    helped = advice[advice["feature"] != ""]
    rows = helped["row"].to_numpy()
    assert len(np.unique(rows)) > 40
    assert (helped["pd_before"] > CUT).all()
    assert (helped["pd_after"] <= CUT).all()
    assert np.allclose(after[rows], helped["pd_after"], rtol=0, atol=1e-12)
    assert np.allclose(boosted(people)[rows], helped["pd_before"], rtol=0, atol=1e-12)


def test_every_declined_row_is_advised_or_named(people, boosted, advice):
    assert set(advice["row"]) == set(np.flatnonzero(boosted(people) > CUT))
    nothing = advice[advice["feature"] == ""]
    assert len(nothing) > 0
    assert nothing[["from", "to", "cost", "pd_after"]].isna().all(axis=None)


def test_leaving_any_part_out_the_model_declines_again(people, boosted, advice):
    helped = advice[(advice["feature"] != "") & (advice["cost"] > 0)]
    together = helped.groupby("row").filter(lambda parts: len(parts) > 1)
    assert {2, 3} <= set(together.groupby("row").size())
    for index in together.index:
        rest = advice[advice["row"] == advice.loc[index, "row"]].drop(index=index)
        if (rest["cost"] == 0).any():
            continue
        row = int(advice.loc[index, "row"])
        assert boosted(advised(people, rest).iloc[[row]])[0] > CUT


def test_a_row_that_one_feature_helps_is_told_one_feature(people, boosted, advice):
    single = advise(boosted, people, CUT, people, at_most=1)
    helped = single[single["feature"] != ""]
    same = advice[advice["row"].isin(helped["row"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(same, helped.reset_index(drop=True))


def test_advice_keeps_to_actions_directions_and_what_the_background_holds(people, advice):
    helped = advice[advice["feature"] != ""]
    assert len(set(helped["feature"])) >= 5
    for feature, rows in helped.groupby("feature"):
        action = actions().of(feature)
        sign = {"down": -1, "up": 1, "either": 0}[action.direction]
        assert (sign * (rows["to"] - rows["from"]) >= 0).all()
        assert (rows["to"] != rows["from"]).all()
        assert rows["to"].between(people[feature].min(), people[feature].max()).all()
        assert (rows["to"] <= action.most * rows["from"]).all() or action.direction == "down"
        assert np.allclose(rows["to"] / action.unit, np.rint(rows["to"] / action.unit))
        if action.seen:
            assert set(rows["to"]) <= set(people[feature])
    assert "age" not in set(helped["feature"])


def test_a_missing_value_is_never_advised_on(people, advice):
    unknown = np.flatnonzero(people["bank_savings"].isna())
    told = advice[advice["row"].isin(unknown)]
    assert len(told) > 0
    assert "bank_savings" not in set(told["feature"])


def test_new_lenders_fall_along_with_lenders(people):
    risky = people.assign(bureau_lenders=4.0, bureau_lenders_30d=3.0)
    score = linear({"bureau_lenders_30d": 1.0}, -1.5)
    only = Actions(
        tuple(a for a in actions().actions if a.feature == "bureau_lenders"),
        actions().never_above,
    )
    found = advise(score, risky.iloc[:5], 0.5, people, possible=only)
    assert found["feature"].tolist() == ["bureau_lenders", "bureau_lenders_30d"] * 5
    assert (found["to"] == 1).all()
    assert (found.loc[found["feature"] == "bureau_lenders_30d", "cost"] == 0).all()
    assert len(advice_text(found)) == 5
    assert not advice_text(found)["text"].str.contains("30 days").any()


def test_advice_is_the_same_twice_and_whatever_the_size_of_a_call(people, boosted, advice):
    calls = []

    def counted(table):
        calls.append(len(table))
        return boosted(table)

    again = advise(counted, people, CUT, people, at_most=3, at_once=7_000)
    pd.testing.assert_frame_equal(again, advice)
    assert max(calls) <= 7_000


def test_nobody_declined_needs_no_advice(people, boosted):
    assert len(advise(boosted, people, 0.999, people)) == 0
    assert len(advise(boosted, people.iloc[:0], 0.1, people)) == 0
    assert len(advised(people, advise(boosted, people, 0.999, people))) == len(people)


def test_advice_is_said_in_both_languages(advice):
    english, chinese = advice_text(advice), advice_text(advice, "zh")
    assert english["row"].tolist() == chinese["row"].tolist() == sorted(set(advice["row"]))
    assert not english["text"].str.contains("[{}\u4e00-\u9fff]").any()
    assert chinese["text"].str.contains("[\u4e00-\u9fff]").all()
    unhelped = english.loc[english["row"].isin(advice.loc[advice["feature"] == "", "row"]), "text"]
    assert unhelped.str.startswith("No change").all()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"target": 0.0}, "target is 0.0"),
        ({"at_most": 4}, "1 to 3 features"),
        ({"at_once": 0}, "at_once is 0"),
        ({"score": lambda table: np.full(len(table), 2.0)}, "one pd a row"),
        ({"score": lambda table: np.zeros(3)}, "one pd a row"),
        ({"background": pd.DataFrame({"age": [1.0]})}, "background's columns"),
    ],
)
def test_what_cannot_be_advised_is_refused_in_a_sentence(people, boosted, changed, says):
    given = {"score": boosted, "features": people, "target": CUT, "background": people} | changed
    with pytest.raises(BadInput, match=says):
        advise(**given)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("actions:\n  - feature: a\n    direction: sideways\n", "line 2: direction of a is"),
        ("actions:\n  - feature: a\n", "line 2: An action needs"),
        ("actions:\n  - feature: a\n    direction: up\n    most: 0.5\n", "from 1 up"),
        ("actions:\n  - {feature: a, direction: up, colour: red}\n", "colour is not known"),
        ("actions:\n  - {feature: a, direction: up, most: x}\n", "it is a number"),
        ("actions:\n  - {feature: a, direction: up}\n  - {feature: a, direction: up}\n", "two act"),
        ("moves: []\n", "moves is not known"),
    ],
)
def test_a_mistake_in_a_file_of_actions_is_pointed_at(tmp_path, text, says):
    (tmp_path / "house.yaml").write_text(text)
    with pytest.raises(BadInput, match=says):
        Actions.read(tmp_path / "house.yaml")
