"""Who a customer would have been: what follows from an attribute changes, and nothing else does."""

import numpy as np
import pytest

from data_generators import World, scenarios
from data_generators.attributes import ATTRIBUTES
from data_generators.errors import InvalidInput

WORLD = World(
    scenarios.ecommerce.blend(scenarios.micro_business, 0.4), customers=600, months=9, seed=3
)
OWN = WORLD.observed()
APPLIED = OWN.applications
BUSINESS = (OWN.profiles["kind"] == "business").to_numpy(dtype=float)
OTHERWISE = {
    "age": np.sort(APPLIED["age"])[::-1][APPLIED["age"].rank(method="first").astype(int) - 1],
    "education": np.full(600, 4.0),
    "business": 1.0 - BUSINESS,
}


def changed(table):
    return {name for name in APPLIED if not table[name].equals(APPLIED[name])}


def test_setting_what_was_drawn_changes_no_application_and_no_default():
    drawn = {"age": APPLIED["age"].to_numpy(dtype=float), "business": BUSINESS}
    assert WORLD.truth.applications_under(drawn).equals(APPLIED)
    limit = np.full(600, 10_000.0)
    as_drawn = WORLD.truth.pd_as_other(limit, drawn, replicas=4)
    assert np.array_equal(as_drawn, WORLD.truth.true_pd(limit, replicas=4))
    left = WORLD.truth.applications_under({"age": np.nan})
    assert left.equals(APPLIED)


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_an_attribute_shows_in_the_columns_that_it_says_and_in_no_other(name):
    said = set(ATTRIBUTES[name].shows_in)
    found = changed(WORLD.truth.applications_under({name: OTHERWISE[name]}))
    # which months an instalment loan has is drawn for everyone; a line shows none
    assert found - {"tenor_months"} == said - {"tenor_months"}
    assert found <= said


def test_no_default_follows_from_age_or_education_and_some_does_from_a_business():
    limit = np.full(600, 10_000.0)
    own = WORLD.truth.true_pd(limit, replicas=8)
    for name, attribute in ATTRIBUTES.items():
        other = WORLD.truth.pd_as_other(limit, {name: OTHERWISE[name]}, replicas=8)
        assert bool((other != own).any()) == attribute.moves_default, name


def test_only_those_who_are_given_another_attribute_apply_otherwise():
    given = np.full(600, np.nan)
    given[7] = 44 if APPLIED["age"][7] != 44 else 45
    other = WORLD.truth.applications_under({"age": given})
    rows = (other.ne(APPLIED) & ~(other.isna() & APPLIED.isna())).any(axis=1)
    assert list(np.flatnonzero(rows)) == [7]


def test_an_older_customer_can_have_been_at_work_and_at_the_bank_for_longer():
    older = WORLD.truth.applications_under({"age": APPLIED["age"] + 8})
    assert (older["employment_months"] >= APPLIED["employment_months"]).all()
    assert (older["bank_tenure_months"] >= APPLIED["bank_tenure_months"]).all()
    assert older["employment_months"].mean() > 1.1 * APPLIED["employment_months"].mean()


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"gender": 1}, "'gender' is no attribute that can be set; these can: age, education"),
        ({"age": 17}, "age is 17; it is a whole number from 18 to 90"),
        ({"education": 2.5}, "education is 2.5; it is a whole number"),
        ({"age": [30, 40]}, "age has 2 values for 600 customers"),
    ],
)
def test_what_cannot_be_set_is_refused_in_words(attributes, words):
    with pytest.raises(InvalidInput, match=words):
        WORLD.truth.applications_under(attributes)
