"""Personal data are written where asked, and agree with what else is seen of the customer."""

import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import data_generators as dg
from data_generators import dataset, scenarios, schema
from data_generators.identity import IDENTITIES, region_names
from tests.data_generators.worlds import BLEND, DRIFT

MARKETS = [scenarios.online_rental, scenarios.micro_business, BLEND, DRIFT]


def made(scenario=scenarios.online_rental, customers=2_000):
    return dg.World(scenario, customers=customers, months=3, seed=4)


@pytest.mark.parametrize("scenario", MARKETS, ids=lambda s: s.name)
def test_region_age_and_business_are_those_of_the_profile(scenario):
    world = made(scenario)
    people, observed = world.identities(), world.observed()
    applications, profiles = observed.applications, observed.profiles
    assert people["customer_id"].tolist() == list(range(world.customers))
    assert people["region"].astype(str).tolist() == profiles["region"].tolist()
    is_business = (profiles["kind"] == "business").to_numpy()
    assert (people["business_name"].notna() == is_business).all()
    assert (people["employer"].isna() == is_business).all()
    day = pd.Timestamp(scenario.start) + pd.to_timedelta(
        np.floor(applications["event_time"]), unit="D"
    )
    born = people["birth_date"]
    had = (day.dt.month * 100 + day.dt.day) >= (born.dt.month * 100 + born.dt.day)
    assert (day.dt.year - born.dt.year - ~had == applications["age"]).all()


def test_birthdays_are_spread_over_the_year():
    born = made().identities()["birth_date"]
    share = born.dt.month.value_counts(normalize=True)
    assert len(share) == 12
    assert share.between(0.05, 0.12).all()


def test_another_locale_names_the_same_regions_in_its_own_country():
    world = made(customers=300)
    home, abroad = world.identities(), world.identities("en_US")
    index = {name: i for i, name in enumerate(region_names("zh_CN"))}
    expected = [region_names("en_US")[index[name]] for name in home["region"]]
    assert abroad["region"].tolist() == expected


def test_a_larger_world_has_the_same_people_first():
    few, more = made(customers=50).identities(), made(customers=300).identities()
    assert few["full_name"].tolist() == more["full_name"].head(50).tolist()


def test_what_is_written_is_what_the_world_says_and_where_it_comes_from(tmp_path):
    world = made(BLEND)
    folder = dataset.write(world, tmp_path / "out", locale="en_US", progress=False)
    read = dataset.read(folder, "identities")
    pd.testing.assert_frame_equal(read, world.identities("en_US"))
    about = json.loads((folder / "manifest.json").read_text())["personal_data"]
    assert about["locale"] == "en_US"
    assert about["faker_version"]
    written = pq.read_schema(folder / "identities.parquet")
    assert written.metadata[b"personal_data"] == b"made up; belongs to nobody"
    assert [f.metadata[b"meaning"].decode() for f in written] == [
        c.meaning for c in IDENTITIES.columns
    ]


def test_personal_data_that_are_left_out_are_nowhere_and_nothing_else_changes(tmp_path):
    world = made()
    with_them = dataset.write(world, tmp_path / "with", progress=False)
    without = dataset.write(world, tmp_path / "without", personal_data=False, progress=False)
    manifest, fuller = (json.loads((f / "manifest.json").read_text()) for f in (without, with_them))
    assert manifest["personal_data"] is None
    fuller["files"].pop("identities.parquet")
    assert manifest["files"] == fuller["files"]
    with pytest.raises(dg.InvalidInput, match="no table 'identities'"):
        dataset.read(without, "identities")


def test_personal_data_are_no_observed_table():
    assert IDENTITIES.name not in {t.name for t in schema.OBSERVED}
    assert not hasattr(made(customers=10).observed(), IDENTITIES.name)


def test_only_those_who_have_applied_by_a_day_are_named(tmp_path):
    folder = dataset.write(made(), tmp_path / "out", as_of=90, progress=False)
    people, applications = (dataset.read(folder, t) for t in ("identities", "applications"))
    assert people["customer_id"].tolist() == applications["customer_id"].tolist()
    assert 0 < len(people) < 2_000


def test_an_unknown_locale_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(dg.InvalidInput, match="locale 'xx' is unknown; choose one of zh_CN, en_US"):
        dataset.write(made(), tmp_path / "out", locale="xx", progress=False)
    assert list(tmp_path.iterdir()) == []
