"""The customer profile (画像): noisy proxies only, a module a source, each with its own gaps.

Every column is named for its source: bank, bureau (credit bureau), shop (e-commerce), social and
device, court and government. What a source does not cover, or failed to answer in time, is NaN in
all of its columns: customers of other banks have no bank columns, thin files no bureau. The
columns that every model sees stand in `applications`; more detail, drawn around them so that the
two agree, in `profiles`.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_generators.customers import Flags, Traits
from data_generators.partners import Partners
from data_generators.profiles.bank import bank_columns, bank_details
from data_generators.profiles.bureau import bureau_columns, bureau_details
from data_generators.profiles.columns import Columns, money
from data_generators.profiles.demographics import (
    EDUCATION,
    demographic_codes,
    draw_age,
    draw_education,
    draw_employment,
    draw_region,
)
from data_generators.profiles.devices import shared_before
from data_generators.profiles.government import TAX_GRADES, court_columns, government_details
from data_generators.profiles.shop import shop_columns, shop_details, shop_gap
from data_generators.profiles.social import social_columns, social_details
from data_generators.profiles.tampering import draw_tampered
from data_generators.rows import category, columns_together
from data_generators.scenarios import Scenario
from data_generators.streams import Floats, Streams

if TYPE_CHECKING:
    from data_generators.residents import Residents

__all__ = ["Columns", "draw_details", "draw_profile", "draw_region", "profile_table"]

#: by code
KINDS = ("person", "business")
#: share of home owners at an age in years, and more for each year of it (assumed)
_OWNERS, _OWNERS_AGE, _OWNERS_A_YEAR = 0.35, 37.0, 0.012


def draw_profile(
    scenario: Scenario,
    traits: Traits,
    partners: Partners,
    streams: Streams,
    given: Mapping[str, Floats] | None = None,
) -> tuple[Columns, Flags]:
    """Profile columns of customers as of their application, and whose were tampered with.

    The columns are those of `schema.APPLICATIONS` from `age` to `court_enforcement`. `given` sets
    `age` (years) and `education` (position in `EDUCATION`), NaN as drawn.
    """
    own = streams.uniform("own_customer") < scenario.population.own_customer_share
    declares = streams.normal("declared_income")
    overstated = np.exp(0.08 + 0.25 * declares)
    # What is left of the turnover is harder to tell, and to check, than a salary.
    earned = np.exp(0.08 + np.where(traits.business, 0.45, 0.25) * declares)
    age = _or_given("age", draw_age(scenario, traits, streams), given)
    education = _or_given("education", draw_education(traits, age, streams), given)
    no_shop = shop_gap(scenario, streams)
    # What a source does not deliver cannot be tampered with.
    tampered = draw_tampered(scenario, traits, partners, streams) & ~no_shop
    columns: Columns = {
        "age": age,
        "employment_months": draw_employment(traits, age, education.astype(np.int64), streams),
        "declared_income": money(traits.income * earned),
        "declared_turnover": money(traits.turnover * overstated),
        "rent_monthly": money(_rent(scenario, traits, age, streams)),
        **bank_columns(traits, age, own, streams),
        **bureau_columns(scenario, traits, own, streams),
        **shop_columns(scenario, traits, no_shop, tampered, streams),
        **social_columns(scenario, traits, streams),
        **court_columns(scenario, traits, streams),
    }
    return columns, tampered


def _or_given(name: str, drawn: NDArray[Any], given: Mapping[str, Floats] | None) -> NDArray[Any]:
    """The values as drawn, or as given where that is known."""
    if given is None or name not in given:
        return drawn
    return np.where(np.isnan(given[name]), drawn, given[name])


def draw_details(
    scenario: Scenario,
    traits: Traits,
    seen: Columns,
    tampered: Flags,
    shared: Flags,
    streams: Streams,
) -> Columns:
    """Columns of `schema.PROFILES` from `kind` on, around the application's columns `seen`.

    `shared`: somebody else was on the device before. `kind`, `region`, `education` and
    `tax_grade` are codes, which `named` turns into names.
    """
    codes = demographic_codes(traits, seen, streams)
    return {
        **codes,
        **bank_details(traits, seen, streams),
        **bureau_details(scenario, seen, streams),
        **government_details(scenario, traits, seen, codes, streams),
        **shop_details(scenario, traits, seen, tampered, streams),
        **social_details(traits, seen, shared, streams),
    }


def named(details: Columns) -> dict[str, Any]:
    """The details with names instead of codes; court texts as a pandas str array."""
    from data_generators.identity.china import REGIONS

    names = {
        "kind": KINDS,
        "region": tuple(name for name, _, _ in REGIONS),
        "education": EDUCATION,
        "tax_grade": TAX_GRADES,
    }
    columns: dict[str, Any] = dict(details)
    for column, by_code in names.items():
        columns[column] = category(details[column], by_code)
    columns["court_text"] = pd.array(details["court_text"], dtype="str")
    return columns


def profile_table(residents: "Residents", applied: Floats) -> dict[str, Any]:
    """`schema.PROFILES` for one block; `applied` is the time of each application, days."""
    shared = shared_before(residents)
    details = [
        draw_details(
            market.scenario,
            market.traits,
            market.applications.observed,
            market.applications.tampered,
            market.part_of(shared),
            market.streams,
        )
        for market in residents.markets
    ]
    return {
        "customer_id": residents.streams.ids,
        "event_time": applied,
        "known_at": applied,
        **named(columns_together(details, residents.rows)),
    }


def _rent(scenario: Scenario, traits: Traits, age: Floats, streams: Streams) -> Floats:
    """Monthly rent: what is financed in online rental; elsewhere 0 for home owners."""
    if scenario.need.is_rent:
        return traits.need
    rent: Floats = traits.income * np.exp(-1.3 + 0.4 * streams.normal("rent"))
    owns = np.clip(_OWNERS + _OWNERS_A_YEAR * (age - _OWNERS_AGE), 0.02, 0.95)
    return np.where(streams.uniform("owns_home") < owns, 0.0, rent)
