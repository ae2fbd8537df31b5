"""A small market whose last days are screened, made once for the tests of this folder."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from data_generators import World, scenarios
from sandbox.features.online import OnlineFeatures
from sandbox.features.screening import screening_features
from sandbox.isolation import Artefact
from sandbox.lists import ListStore
from sandbox.lists.clock import world_time
from sandbox.lists.hits import list_hits_as_of
from sandbox.lists.promotion import new_entries, promote
from sandbox.models import LogisticFraud
from sandbox.rules import default_rules
from sandbox.screening.budget import AlertBudget
from sandbox.screening.columns import columns_for, known_columns
from sandbox.screening.feed import applications_of, moments
from sandbox.screening.list_desk import ListDesk
from sandbox.screening.model_desk import ModelDesk
from sandbox.screening.screening import Screening

START, END = 335.0, 352.0
CAPACITY = 2


@dataclass
class Market:
    world: Any
    observed: Any
    model: Any
    artefact: Artefact
    inputs: list[str]
    rules: Any
    columns: list[str]
    applications: list[Any]


@cache
def market() -> Market:
    world = World(scenarios.online_rental, 3000, 12, seed=7)
    observed = world.observed()
    features = screening_features(observed, None, list_hits_as_of(observed))
    before = (observed.applications["event_time"] < START).to_numpy()
    target = np.where(observed.decisions["credit_limit"] > 0, 0.0, np.nan)
    known = observed.fraud_labels[observed.fraud_labels["known_at"] < START]
    target[known["customer_id"]] = 1.0
    model = LogisticFraud().fit(features[before], pd.DataFrame({"target": target[before]}))
    rules = default_rules()
    inputs = list(features.columns)
    columns = columns_for(inputs, rules, known_columns(observed))
    return Market(
        world, observed, model, Artefact.of(model), inputs, rules, columns,
        applications_of(observed, START, END),
    )  # fmt: skip


def promoted(path):
    """A store with the lists of the start."""
    store = ListStore(f"sqlite:///{path}/lists.db", now=lambda: world_time(START))
    store.add_many(new_entries(promote(market().observed, START)), "nightly")
    return store


def screened(lists=None, log=None, capacity=CAPACITY, applications=None, level="none", act=None):
    """The verdicts of the days, and the rows of features they were reached with."""
    m = market()
    online = OnlineFeatures.of(m.observed, m.columns, as_of=START)
    rows, inner = [], online.features
    online.features = lambda application: rows.append(inner(application)) or rows[-1]
    found = []
    # as patient as can be: the machine of the tests is shared
    with (
        ModelDesk(m.artefact, m.inputs, level=level, patience=1.9) as desk,
        Screening(
            online, m.rules, lists or ListDesk.empty(), desk, m.inputs, AlertBudget(capacity),
            log=log,
        ) as service,
    ):  # fmt: skip
        for k, application in enumerate(moments(m.observed, online, m.applications)):
            if act is not None:
                act(k, desk)
            found.append(service.screen(application))
        versions = service.versions
    return found, rows, versions
