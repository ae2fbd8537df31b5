"""Reason codes hold what they promise, whatever the contributions are."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.errors import BadInput
from sandbox.explanation.attribution import Attribution
from sandbox.explanation.protected import is_protected
from sandbox.explanation.reason_catalogue import Catalogue
from sandbox.explanation.reason_codes import not_used, reason_codes, reason_counts, reason_table

#: columns of every kind: with a code, with the same code, not actionable, silent, protected, other
COLUMNS = [
    "bureau_utilisation", "bureau_overdue_24m", "bureau_worst_dpd_24m", "declared_income",
    "bank_savings", "requested_amount", "request_to_income", "employment_months", "neighbours",
    "device_age_days", "bank_past_worst_dpd", "registration_months", "education_college", "age",
    "region_x", "sex", "hat_size",
]  # fmt: skip
KEYS = ["row", "rank", "code", "feature", "contribution", "text"]


def attribution(seed: int, rows: int = 60, missing: float = 0.1) -> Attribution:
    draw = np.random.default_rng(seed)
    features = draw.normal(size=(rows, len(COLUMNS))).round(1)
    features[:, 1] = draw.integers(0, 3, size=rows)
    features[draw.random(features.shape) < missing] = np.nan
    # rounded, so that ties are common
    values = draw.normal(size=features.shape).round(1) * draw.integers(0, 2, size=features.shape)
    return of(values, features)


def of(values, features, columns=tuple(COLUMNS)) -> Attribution:
    table = pd.DataFrame(features, columns=list(columns))
    values = np.asarray(values, dtype=float)
    return Attribution(values, np.zeros(len(values)), table, "log-odds of default", "given")


def taken(found: Attribution, rows, columns) -> Attribution:
    names = [found.features.columns[j] for j in columns]
    values = found.values[np.ix_(rows, columns)]
    return of(values, found.features.to_numpy()[np.ix_(rows, columns)], names)


seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_reasons_are_actionable_push_up_and_are_never_protected(seed):
    found = attribution(seed)
    catalogue = Catalogue.built_in()
    table = reason_codes(found)
    assert all(catalogue.reasons[code].actionable for code in table["code"].unique())
    assert not any(is_protected(name) for name in table["feature"].unique())
    places = found.features.columns.get_indexer(table["feature"])
    assert (found.values[table["row"], places] > 0).all()
    assert (table["contribution"] > 0).all()


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_the_value_behind_a_reason_lies_on_the_side_that_speaks_against(seed):
    found = attribution(seed)
    for reason in reason_codes(found).itertuples():
        column = found.features[reason.feature]
        claim = Catalogue.built_in().claims([reason.feature])[0]
        value = column[reason.row]
        if reason.code == claim.missing:
            assert np.isnan(value)
            continue
        beyond = column < value if claim.against == "high" else column > value
        assert beyond.sum() >= column.notna().sum() / 2


@settings(max_examples=20, deadline=None)
@given(seeds, st.integers(1, 6))
def test_a_row_has_at_most_so_many_reasons_each_code_once_strongest_first(seed, top):
    table = reason_codes(attribution(seed), top=top)
    for _, row in table.groupby("row"):
        assert row["rank"].tolist() == list(range(1, len(row) + 1))
        assert len(row) <= top
        assert row["code"].is_unique
        order = list(zip(-row["contribution"], row["code"], strict=True))
        assert order == sorted(order)


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_the_order_of_rows_and_columns_changes_nothing(seed):
    found, draw = attribution(seed), np.random.default_rng(seed)
    rows, columns = draw.permutation(len(found.values)), draw.permutation(len(COLUMNS))
    table = reason_codes(found)
    again = reason_codes(taken(found, rows, columns))
    again["row"] = rows[again["row"]]
    again = again.sort_values(["row", "rank"], ignore_index=True)
    pd.testing.assert_frame_equal(table, again, check_exact=True)


@settings(max_examples=20, deadline=None)
@given(seeds, st.floats(-5, 5))
def test_a_constant_feature_changes_nothing(seed, push):
    found = attribution(seed)
    # it has a code, and whatever it is said to push, it tells nobody from anybody
    values = np.column_stack([found.values, np.full(len(found.values), min(push, 1.0))])
    features = found.features.assign(bureau_lenders_30d=1.0)
    wider = of(values, features.to_numpy(), features.columns)
    pd.testing.assert_frame_equal(reason_codes(found), reason_codes(wider))


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_what_is_used_and_what_is_set_aside_make_up_the_whole_push(seed):
    found = attribution(seed)
    used = reason_codes(found, top=50)["contribution"].sum()
    aside = not_used(found)["push"].sum()
    everything = found.values[found.values > 0].sum()
    assert used / everything + aside == pytest.approx(1.0)


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_fewer_reasons_are_the_first_of_more(seed):
    found = attribution(seed)
    all_of_them = reason_codes(found, top=9)
    first = all_of_them[all_of_them["rank"] <= 4].reset_index(drop=True)
    pd.testing.assert_frame_equal(first, reason_codes(found, top=4))


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_both_languages_give_the_same_codes(seed):
    english, chinese = (reason_codes(attribution(seed), language=la) for la in ("en", "zh"))
    pd.testing.assert_frame_equal(english.drop(columns="text"), chinese.drop(columns="text"))
    assert all(text.isascii() for text in english["text"])
    assert not any(text.isascii() for text in chinese["text"])


def test_features_of_one_code_are_added_before_codes_are_ranked():
    columns = ("bureau_overdue_24m", "bureau_worst_dpd_24m", "bureau_utilisation")
    found = of([[0.3, 0.4, 0.5], [0, 0, 0]], [[2, 60, 0.9], [0, 0, 0.1]], columns)
    table = reason_codes(found)
    assert table["code"].tolist() == ["R15", "R10"]
    assert table["contribution"].tolist() == pytest.approx([0.7, 0.5])
    assert table["feature"].tolist() == ["bureau_worst_dpd_24m", "bureau_utilisation"]


def test_equal_codes_are_ordered_by_code():
    columns = ("declared_income", "bureau_utilisation", "requested_amount")
    found = of([[0.5] * 3, [0.0] * 3], [[1, 0.9, 9], [5, 0.1, 1]], columns)
    assert reason_codes(found)["code"].tolist() == ["R01", "R03", "R10"]


def test_rounding_is_no_reason():
    found = of([[1e-9, 0.5], [0, 0]], [[0.9, 1], [0.1, 5]], ("bureau_utilisation", "bank_savings"))
    assert reason_codes(found)["code"].tolist() == ["R05"]


def test_no_overdue_payment_is_told_to_whom_there_is_none():
    # the model holds it against the second row, which was never late
    found = of([[0.5], [0.5], [0.5]], [[1], [0], [0]], ("bureau_overdue_24m",))
    assert reason_codes(found)["row"].tolist() == [0]
    assert not_used(found).loc[0, ["why", "rows"]].tolist() == ["runs against its direction", 2]


def test_a_missing_report_has_a_code_and_other_missing_values_have_none():
    found = of([[0.5, 0.4], [0, 0]], [[np.nan, np.nan], [1, 1]], ("bureau_lenders", "bank_savings"))
    assert reason_codes(found)["code"].tolist() == ["R24"]
    assert not_used(found)[["feature", "why"]].to_numpy().tolist() == [
        ["bank_savings", "value is missing"]
    ]


def test_what_is_set_aside_says_why():
    columns = ("age", "hat_size", "education_college", "bank_past_worst_dpd", "bureau_utilisation")
    found = of([[0.1] * 5, [0] * 5], [[1, 1, 1, 60, 0.1], [5, 5, 0, 0, 0.9]], columns)
    why = not_used(found).set_index("feature")["why"].to_dict()
    assert why == {
        "age": "protected",
        "hat_size": "not in the catalogue",
        "education_college": "silent: the applicant cannot change it",
        "bank_past_worst_dpd": "not actionable",
        "bureau_utilisation": "runs against its direction",
    }
    assert len(reason_codes(found)) == 0


def test_a_feature_outside_the_catalogue_is_counted_even_if_it_pushes_nobody():
    found = of([[0.0], [-0.1]], [[1], [2]], ("hat_size",))
    assert not_used(found)[["feature", "rows"]].to_numpy().tolist() == [["hat_size", 0]]


def test_rows_with_fewer_reasons_are_counted():
    columns = ("declared_income", "bureau_utilisation")
    values = [[0.5, 0.5], [0.0, 0.2], [0, 0], [0, 0]]
    found = of(values, [[1, 0.9], [4, 0.9], [5, 0.1], [5, 0.1]], columns)
    counted = reason_counts(reason_codes(found), rows=4)
    assert counted["rows"].tolist() == [2, 1, 1, 0, 0]
    assert counted["share"].sum() == pytest.approx(1.0)


def test_one_applicant_is_told_against_the_background():
    alone = of([[0.5, 0.2]], [[0.9, 1]], ("bureau_utilisation", "bank_savings"))
    with pytest.raises(BadInput, match="usual="):
        reason_codes(alone)
    usual = pd.DataFrame({"bank_savings": [3.0, 5.0], "bureau_utilisation": [0.2, 0.3]})
    assert reason_codes(alone, usual=usual)["code"].tolist() == ["R10", "R05"]


def test_the_table_of_a_cell_says_how_often_a_code_is_given():
    found = attribution(1, rows=400)
    table = reason_table(found)
    reasons = reason_codes(found)
    often = reasons.groupby("code")["row"].nunique() / 400
    first = reasons[reasons["rank"] == 1].groupby("code")["row"].nunique() / 400
    assert list(table.columns) == ["code", "text_en", "text_zh", "share_top", "share_first"]
    assert table.set_index("code")["share_top"].to_dict() == pytest.approx(often.to_dict())
    given_first = table[table["share_first"] > 0].set_index("code")["share_first"]
    assert given_first.to_dict() == pytest.approx(first.to_dict())
    assert table["share_top"].is_monotonic_decreasing


def test_no_rows_give_no_reasons():
    none = of(np.empty((0, 1)), np.empty((0, 1)), ("bureau_utilisation",))
    assert list(reason_codes(none).columns) == KEYS
    assert [len(f(none)) for f in (reason_codes, reason_table, not_used)] == [0, 0, 0]


def test_words_have_no_order():
    table = pd.DataFrame({"bureau_utilisation": ["high", "low"]})
    found = Attribution(np.array([[0.5], [0.1]]), np.zeros(2), table, "log-odds", "given")
    assert reason_codes(found).empty


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"top": 0}, "top is 0"),
        ({"language": "fr"}, "languages are en and zh"),
        ({"codes": "no/such/file.yaml"}, "cannot be read"),
        ({"usual": pd.DataFrame({"age": [1.0]})}, "lack the column"),
        ({"usual": pd.DataFrame(columns=COLUMNS)}, "are none"),
    ],
)
def test_what_cannot_be_asked_is_refused(asked, said):
    with pytest.raises(BadInput, match=said):
        reason_codes(attribution(0), **asked)


def test_what_explain_returns_has_the_same_reasons():
    found = attribution(3)
    pd.testing.assert_frame_equal(reason_codes(found.to_shap()), reason_codes(found))
    pd.testing.assert_frame_equal(not_used(found.to_shap()), not_used(found))
    with pytest.raises(BadInput, match="has no reasons"):
        reason_codes(found.to_shap()[0])
    with pytest.raises(BadInput, match="A str with values"):
        reason_codes("why?")


def test_contributions_of_another_shape_are_refused():
    wrong = of(np.zeros((2, 3)), np.zeros((2, len(COLUMNS))))
    with pytest.raises(BadInput, match="one contribution a feature"):
        reason_codes(wrong)
