"""A scenario is frozen, overridable field by field, printable, and refuses nonsense in words."""

import dataclasses
import html

import numpy as np
import pytest
from worlds import ALL, BLEND, DRIFT, PLAIN, world

import data_generators as dg
from data_generators import scenarios

SECTIONS = [
    f.name
    for f in dataclasses.fields(scenarios.Scenario)
    if dataclasses.is_dataclass(f.default_factory)
]


def test_the_catalogue_lists_nine_markets_with_a_line_each():
    listed = scenarios.catalogue()
    assert list(listed) == [
        "online_rental", "online_education", "travel", "medical_beauty", "lifestyle", "ecommerce",
        "car_purchase", "home_renovation", "micro_business",
    ]  # fmt: skip
    for name, line in listed.items():
        assert 0 < len(line) <= 100
        assert "\n" not in line
        assert scenarios.by_name(name) is getattr(scenarios, name)
    assert len({s.digest for s in ALL.values()}) == len(ALL)


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [("online_rentel", "online_rental"), ("car", "car_purchase"), ("e-commerce", "ecommerce")],
)
def test_an_unknown_scenario_names_the_nearest(typed, nearest):
    with pytest.raises(dg.InvalidInput, match=f"'{typed}'.*{nearest}"):
        scenarios.by_name(typed)


def test_a_scenario_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        scenarios.travel.name = "other"
    with pytest.raises(dataclasses.FrozenInstanceError):
        scenarios.travel.economics.apr = 0.1


@pytest.mark.parametrize("section", SECTIONS)
def test_every_parameter_can_be_replaced_and_changes_only_itself(section):
    plain = scenarios.travel
    for name, value in vars(getattr(plain, section)).items():
        changed = plain.replace(**{f"{section}__{name}": value})
        assert changed == plain
    name, value = _one_that_can_move(getattr(plain, section))
    changed = plain.replace(**{f"{section}__{name}": value})
    assert getattr(getattr(changed, section), name) == value
    assert changed.digest != plain.digest
    untouched = [s for s in SECTIONS if s != section]
    assert all(getattr(changed, s) == getattr(plain, s) for s in untouched)


def _one_that_can_move(section):
    """A parameter of a section, and a value a little off that is allowed too."""
    if isinstance(section, scenarios.Products):
        return "instalment", section.instalment + 1e-10
    for name, value in vars(section).items():
        if isinstance(value, float) and 0 < value < 4:
            return name, value * 0.999
    raise AssertionError(f"{section} has nothing to move")


def test_a_section_and_one_of_its_fields_can_change_together():
    given = scenarios.Economics(lgd=0.5)
    changed = scenarios.travel.replace(economics=given, economics__apr=0.11)
    assert (changed.economics.lgd, changed.economics.apr) == (0.5, 0.11)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("economics__apr", 1.3, ["economics.apr", "1.3", "0 to 1"]),
        ("economics__apr", -0.1, ["economics.apr", "-0.1", "0 to 1"]),
        ("economics__apr", "18%", ["economics.apr", "'18%'", "0 to 1"]),
        ("economics__apr", True, ["economics.apr", "True", "0 to 1"]),
        ("economics__servicing", float("nan"), ["economics.servicing", "nan", "finite"]),
        ("economics__servicing", -2.0, ["economics.servicing", "-2", "0 or more"]),
        ("economics", 3, ["economics", "3", "Economics"]),
        ("population__log_income_mean", float("inf"), ["log_income_mean", "inf", "finite"]),
        ("population__oldest", 10.0, ["population.oldest", "10", "19"]),
        ("population__willingness_ability", 1.5, ["willingness_ability", "1.5", "-1 to 1"]),
        ("population__income_volatility", 0.0, ["income_volatility", "0", "above 0"]),
        ("need__season_peak", 13, ["need.season_peak", "13", "1 to 12"]),
        ("need__season_peak", 6.5, ["need.season_peak", "6.5", "whole"]),
        ("need__log_noise", -0.1, ["need.log_noise", "-0.1", "0 or more"]),
        ("need__tenors", (6, 12, 18), ["need.tenors", "as many"]),
        ("need__tenors", (6.5, 12), ["need.tenors", "6.5", "whole"]),
        ("need__tenor_shares", (0.5, 0.6), ["0.6", "add up to 1"]),
        ("products__revolving", 0.5, ["products.revolving", "0.85", "not to 1"]),
        ("fraud__ring", 0.9, ["fraud.ring", "1.58", "not to 1"]),
        ("repayment__default_months_late", 6, ["default_months_late", "6", "1 to 4"]),
        ("repayment__minimum_due", 0.0, ["minimum_due", "0", "above 0"]),
        ("events__promise", 0.99, ["events.promise", "1 or less"]),
        ("events__returned_as", "gift", ["returned_as", "'gift'", "refund, lease_exit"]),
        ("partners__a_block", 501, ["a_block", "501", "1 to 500"]),
        ("partners__a_block", 0, ["a_block", "0", "1 to 500"]),
        ("partners__shock_low", 4.0, ["shock_high", "3", "4"]),
        ("partners__escrow", "yes", ["escrow", "'yes'", "bool"]),
        ("joint__bank_share", 0.0, ["bank_share", "0", "above 0"]),
        ("limit_grid", (1_000.0, 2_000.0), ["limit_grid", "start at 0"]),
        ("limit_grid", (0.0, 5_000.0, 2_000.0), ["limit_grid", "rise"]),
        ("limit_grid", (0.0, float("nan")), ["limit_grid", "nan"]),
        ("start", "spring", ["start", "'spring'", "2025-01-01"]),
        ("drift_months", 0, ["drift_months", "0", "from 1"]),
        ("apr", 0.1, ["'apr'", "economics"]),
        ("economics__apy", 0.1, ["'apy'", "apr"]),
        ("name__x", 1, ["name", "no fields"]),
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused_with_value_and_range(field, value, words):
    with pytest.raises(dg.InvalidInput) as refused:
        scenarios.ecommerce.replace(need__tenors=(6, 12), need__tenor_shares=(0.5, 0.5)).replace(
            **{field: value}
        )
    said = str(refused.value)
    for word in words:
        assert word in said
    assert "\n" not in said


@pytest.mark.parametrize("market", ALL)
def test_a_scenario_prints_every_parameter_as_a_table(market):
    scenario = ALL[market]
    shown = scenario._repr_html_()
    assert html.escape(scenario.title) in shown
    for section in SECTIONS:
        for name, value in vars(getattr(scenario, section)).items():
            row = f"<td>{section}</td><td>{name}</td><td>{html.escape(str(value))}</td>"
            assert row in shown
    for part in scenario.parts:
        assert part.scenario.name in shown


def test_a_change_of_a_blend_reaches_the_customers_of_every_part():
    """A blend's own sections belong to nobody, so a change of them alone would do nothing."""
    for mixed in (BLEND, DRIFT):
        changed = mixed.replace(economics__apr=0.123, partners=scenarios.Partners(a_block=3))
        assert [p.scenario.economics.apr for p in changed.parts] == [0.123, 0.123]
        assert [p.scenario.economics.lgd for p in changed.parts] == [
            p.scenario.economics.lgd for p in mixed.parts
        ]
        prices = world(changed, seed=5).observed().decisions["price"]
        assert (prices == 0.123).all()
        assert len(world(changed, seed=5).observed().partners) == 6
    grid = (0.0, 4_000.0, 8_000.0)
    limits = world(BLEND.replace(limit_grid=grid), seed=5).observed().decisions["credit_limit"]
    assert set(limits) <= set(grid)


@pytest.mark.parametrize("share", [-0.1, 1.2, float("nan"), "half"])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(dg.InvalidInput, match="share from 0 to 1"):
        scenarios.travel.blend(scenarios.ecommerce, share)


@pytest.mark.parametrize("months", [0, -1, 2.5])
def test_a_drift_that_takes_no_whole_months_is_refused(months):
    with pytest.raises(dg.InvalidInput, match="months is"):
        scenarios.travel.drift(scenarios.ecommerce, months)


def test_markets_with_different_grids_do_not_blend():
    other = scenarios.ecommerce.replace(limit_grid=(0.0, 500.0))
    with pytest.raises(dg.InvalidInput, match="different limit grids"):
        scenarios.travel.blend(other, 0.5)


def test_scenarios_differ_in_what_they_lend_and_to_whom():
    products = {s.name: set() for s in PLAIN}
    for scenario in PLAIN:
        traits = world(scenario, seed=2, customers=500, months=1).truth.traits()
        products[scenario.name] = set(traits["product"])
        assert traits["business"].all() == (scenario.name == "micro_business")
        assert np.isfinite(traits.select_dtypes("number")).all(axis=None)
    assert products["online_rental"] == {"revolving"}
    assert products["car_purchase"] == {"instalment"}
    assert products["ecommerce"] == {"instalment", "revolving"}
    assert products["micro_business"] == {"instalment", "working_capital"}
