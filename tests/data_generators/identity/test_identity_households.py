"""Who shares an address or a phone in `applications` shares it in the personal data too."""

import pytest

import data_generators as dg
from data_generators.identity import LOCALES

#: many rings, whose members leave their families' homes
MANY = dg.scenarios.ecommerce.replace(fraud__rate=0.1)
BLEND = dg.scenarios.ecommerce.blend(dg.scenarios.micro_business, 0.4)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("market", [MANY, BLEND], ids=["one market", "a blend"])
def test_one_number_one_text(locale, market):
    world = dg.World(market, 20_000, 1, 9)
    people, applications = world.identities(locale), world.observed().applications
    for number, texts in (
        ("address_id", ["region", "city", "address", "postcode"]),
        ("phone_id", ["phone"]),
    ):
        different = people[texts].astype(str).groupby(applications[number].to_numpy()).nunique()
        assert (different == 1).all(axis=None)
        assert len(different) < len(people)
    if locale == "zh_CN":
        # Numbers of other customers are others; addresses may coincide, as in a large house.
        assert people["phone"].nunique() == applications["phone_id"].nunique()
    where = people[["city", "address"]].astype(str).agg(" ".join, axis=1)
    assert where.nunique() > 0.99 * applications["address_id"].nunique()


def test_a_familys_address_does_not_hang_on_who_else_is_in_the_world():
    few, more = (dg.World(dg.scenarios.ecommerce, n, 1, 9).identities() for n in (600, 3_000))
    for column in ("region", "address", "phone"):
        assert few[column].astype(str).tolist() == more[column].head(600).astype(str).tolist()
