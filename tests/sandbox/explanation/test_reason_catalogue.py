"""The catalogue of reason codes: complete, bilingual, never of a protected attribute."""

from pathlib import Path

import pytest

from data_generators import World, scenarios
from sandbox import located_yaml
from sandbox.errors import BadInput
from sandbox.explanation import reason_catalogue
from sandbox.explanation.protected import is_protected
from sandbox.explanation.reason_catalogue import Catalogue
from sandbox.features import credit_features, fraud_features, screening_features
from sandbox.portfolio.mapping import Mapping

GOOD = """\
id: bank
version: "2"
reasons:
  A01:
    about: use of limits
    high: [utilisation]
    actionable: true
    en: You use much of your limits.
    zh: 您的额度使用率偏高。
  A02:
    about: income
    low: [income, "inflow_*"]
    missing: [income]
    actionable: false
    en: Your income is low.
    zh: 您的收入偏低。
silent:
  - features: [shoe_size]
    why: it says nothing
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "codes.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def columns_of_every_model() -> set[str]:
    found = set()
    for name in scenarios.catalogue():
        seen = World(scenarios.by_name(name), 1_500, 6, seed=3).observed()
        found |= set(credit_features(seen.applications))
        found |= set(fraud_features(seen.applications))
        found |= set(screening_features(seen).columns)
    mapping = Mapping.from_file("taiwan")
    return found | {n for n, feature in mapping.features.items() if feature.use == "model"}


def test_every_column_a_model_reads_has_a_code_or_is_silent_on_purpose():
    columns = sorted(columns_of_every_model())
    assert len(columns) > 150
    claims = zip(columns, Catalogue.built_in().claims(columns), strict=True)
    assert [c for c, claim in claims if claim.silent == "not in the catalogue"] == []


def test_every_name_in_the_catalogue_is_that_of_a_column_a_model_reads():
    columns = columns_of_every_model() | {"list_black", "list_grey", "list_white"}
    optional = {"neighbours_1d", "neighbours_90d"}  # windows that a bank may ask for
    names = [
        name
        for reason in Catalogue.built_in().reasons.values()
        for name in (*reason.high, *reason.low, *reason.missing)
        if "*" not in name
    ]
    assert set(names) - columns - optional == set()


def test_each_code_has_an_english_and_a_chinese_sentence():
    catalogue = Catalogue.built_in()
    for code in catalogue.reasons:
        english, chinese = (catalogue.text(code, language) for language in ("en", "zh"))
        assert (english.isascii(), english[-1]) == (True, ".")
        assert (chinese.isascii(), chinese[-1]) == (False, "。")


def test_everything_that_fraud_is_found_by_has_one_code():
    columns = ["device_applications_7d", "neighbours", "list_black", "email_age_days", "span_days"]
    claims = Catalogue.built_in().claims([*columns, "component_confirmed", "phone_own"])
    assert {claim.code for claim in claims} == {"R90"}


@pytest.mark.parametrize(
    "column",
    ["age", "Age", "AGE_YEARS", "age_band_2", "customer_age", "sex", "Gender", "is_male",
     "marital_status", "MARRIAGE", "region", "region_x", "Province", "ethnicity", "hukou_type",
     "neighbours_age", "date_of_birth", "婚姻状况", "客户年龄", "民族"],
)  # fmt: skip
def test_a_protected_attribute_is_known_by_its_name(column):
    assert is_protected(column)


@pytest.mark.parametrize(
    "column",
    ["device_age_days", "email_age_days", "bureau_report_age_days", "age_of_oldest_account",
     "average_balance", "message_count", "mortgage", "declared_income", "sextant", "packages"],
)  # fmt: skip
def test_what_only_sounds_like_one_is_not_protected(column):
    assert not is_protected(column)


def test_whatever_advice_asks_to_change_is_a_reason_in_the_other_direction():
    path = Path(reason_catalogue.__file__).with_name("actions.yaml")
    actions = located_yaml.load(path.read_text(encoding="utf-8"), path.name).data["actions"]
    claims = Catalogue.built_in().claims([action["feature"] for action in actions])
    against = {"down": {"high"}, "up": {"low"}, "either": {"high", "low"}}
    assert all(claim.code for claim in claims)
    assert all(c.against in against[a["direction"]] for c, a in zip(claims, actions, strict=True))


def test_a_bank_gives_a_file_of_its_own(tmp_path):
    own = Catalogue.from_file(written(tmp_path, GOOD))
    names = ["utilisation", "inflow_3m", "shoe_size", "hat_size", "age"]
    said = [(claim.code, claim.silent) for claim in own.claims(names)]
    assert said == [
        ("A01", ""),
        (None, "not actionable"),
        (None, "silent: it says nothing"),
        (None, "not in the catalogue"),
        (None, "protected"),
    ]


def test_a_name_in_full_comes_before_a_pattern_and_the_longer_pattern_first(tmp_path):
    text = GOOD.replace("[utilisation]", '[utilisation, "inflow_card_*"]')
    text = text.replace("[shoe_size]", "[inflow_card_old]").replace("able: false", "able: true")
    own = Catalogue.from_file(written(tmp_path, text))
    claims = own.claims(["inflow_3m", "inflow_card_3m", "inflow_card_old"])
    assert [claim.code for claim in claims] == ["A02", "A01", None]


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        (("A02:", "A01:"), 10, "a second time"),
        (("A02:", "second:"), 10, "is no code"),
        (("[income, ", "[utilisation, "), 12, "utilisation stands here a second time (first in "),
        (("[shoe_size]", "[income]"), 18, "income stands here a second time"),
        (("[utilisation]", "[utilisation, utilisation]"), 6, "a second time"),
        (("[utilisation]", "[age]"), 6, "protected"),
        (("[utilisation]", '["region_*"]'), 6, "protected"),
        (("[utilisation]", '["*"]'), 6, "stands for every feature"),
        (("    high: [utilisation]\n", ""), 4, "names no feature"),
        (("    en: Your income is low.\n", ""), 10, "en: field required"),
        (("    zh: 您的收入偏低。\n", ""), 10, "zh: field required"),
        (("zh: 您的收入偏低。", "zh: Your income is low。"), 16, "not Chinese"),
        (("en: Your income is low.", "en: 收入 is low."), 15, "not English"),
        (("Your income is low.", "Your income is low"), 15, "full stop"),
        (("Your income is low.", "You are on a watchlist."), 15, "tells what fraud is found by"),
        (("您的收入偏低。", "您在黑名单上。"), 16, "tells what fraud is found by"),
        (("Your income is low.", "You use much of your limits."), 10, "the text of A01"),
        (("actionable: false", "actionable: perhaps"), 14, "boolean"),
        (("about: income", "abuot: income"), 11, "abuot"),
        (("high: [utilisation]", "high: 3"), 6, "tuple"),
        (('version: "2"\n', ""), 1, "version"),
    ],
)
def test_a_mistake_is_refused_with_its_line(tmp_path, change, line, said):
    assert change[0] in GOOD
    path = written(tmp_path, GOOD.replace(*change, 1))
    with pytest.raises(BadInput) as refused:
        Catalogue.from_file(path)
    assert f"line {line}:" in str(refused.value)
    assert said in str(refused.value)


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "reasons: [", "reasons: {}\nid: a\nversion: b"])
def test_what_is_no_catalogue_is_refused(tmp_path, text):
    with pytest.raises(BadInput):
        Catalogue.from_file(written(tmp_path, text))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BadInput, match="cannot be read"):
        Catalogue.from_file(tmp_path / "none.yaml")


def test_an_unknown_code_or_language_is_refused():
    with pytest.raises(BadInput, match="languages are en and zh"):
        Catalogue.built_in().text("R01", "fr")
    with pytest.raises(BadInput, match="R99"):
        Catalogue.built_in().text("R99", "en")
