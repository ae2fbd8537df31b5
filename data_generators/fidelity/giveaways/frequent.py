"""What to look at for giveaways: rows of worlds in which fraud is frequent.

At natural rates a market has too few cases to measure on. Here a share of cases is given and all
typologies are equally so; everything else is as the scenario has it. Columns are raw and derived,
flags and names of typologies are truth.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_generators.fidelity.giveaways.accounts import accounts_derived, ages_before
from data_generators.fidelity.giveaways.columns import derived
from data_generators.fidelity.giveaways.transfers import transfers_derived
from data_generators.scenarios import Scenario
from data_generators.scenarios.flows import OF_TRANSFERS
from data_generators.scenarios.fraud import OF_APPLICATIONS
from data_generators.streams import BLOCK
from data_generators.world import World

Flags = NDArray[np.bool_]
Names = NDArray[np.str_]

#: months of history that accounts are followed for
_MONTHS = 24


def typologies_of(scenario: Scenario) -> list[str]:
    """The typologies by application that the scenario has.

    >>> from data_generators import scenarios
    >>> "inflated_price" in typologies_of(scenarios.travel)
    True
    """
    return [name for name in OF_APPLICATIONS if getattr(scenario.fraud, name) > 0]


def applications_of(
    scenario: Scenario, rate: float, seed: int, customers: int = BLOCK
) -> tuple[pd.DataFrame, Names]:
    """Columns of applications of which the share `rate` is fraud; the typology of each, or ""."""
    names = typologies_of(scenario)
    even = {f"fraud__{name}": 1.0 / len(names) for name in names}
    world = World(scenario.replace(fraud__rate=rate, **even), customers, 2, seed)
    seen = world.observed()
    return derived(seen.applications, seen.profiles), np.asarray(world.truth.fraud())


def against_the_honest(table: pd.DataFrame, kind: Names, name: str) -> tuple[pd.DataFrame, Flags]:
    """The rows of one typology and the honest ones, and which of them are cases.

    >>> kind = np.array(["ring", "", "never_pay"])
    >>> against_the_honest(pd.DataFrame({"x": [1, 2, 3]}), kind, "ring")[1].tolist()
    [True, False]
    """
    among = (kind == name) | (kind == "")
    return table[among].reset_index(drop=True), kind[among] == name


def lines_of(
    scenario: Scenario,
    share: float,
    seed: int,
    customers: int = BLOCK,
    *,
    back: int = 0,
    applied: bool = True,
) -> tuple[pd.DataFrame, Flags]:
    """Columns of accounts on a line at one age each, and which of them will bust out.

    `share`: of customers with a line, who will turn. Cases are looked at `back` months before the
    last one that they pay, others at ages like theirs, see `ages_before`. With `applied`, the
    columns of their applications too.
    """
    world = World(scenario.replace(fraud__bust_out=share), customers, _MONTHS, seed)
    seen, truth = world.observed(), world.truth.fraud_cases().set_index("customer_id")
    turns = truth.loc[truth["typology"] == "bust_out", "stops_month"].astype(int)
    on_line = (world.truth.traits()["product"] != "instalment").to_numpy()
    others = np.setdiff1d(np.flatnonzero(on_line), truth.index)
    table = accounts_derived(seen.accounts, ages_before(turns, others, back, seed))
    is_case = table.index.isin(turns.index)
    if applied:
        at_application = derived(seen.applications, seen.profiles)
        at_application.index = pd.Index(at_application["customer_id"].to_numpy())
        both = table.columns.intersection(at_application.columns)
        named = at_application.rename(columns={name: f"{name} at application" for name in both})
        table = table.join(named)
    return table.reset_index(drop=True), is_case


def transfers_of(
    scenario: Scenario, rate: float, seed: int, months: int
) -> tuple[pd.DataFrame, Names]:
    """Columns of transfers that the bank sees; the typology of each, or "".

    `rate`: share of transfers that belong to a case. Without the transfer's own number, by which
    nobody would rank.
    """
    even = {f"transfer_fraud__{name}": 1.0 / len(OF_TRANSFERS) for name in OF_TRANSFERS}
    world = World(scenario.replace(transfer_fraud__rate=rate, **even), BLOCK, months, seed)
    seen = world.fund_flows(months, progress=False).transfers
    ledger = world.truth.fund_flows(months, progress=False).ledger
    kind = ledger.set_index("transfer_id")["typology"].loc[seen["transfer_id"]]
    return transfers_derived(seen).drop(columns="transfer_id"), kind.to_numpy().astype(str)


def some(among: Flags, is_case: Flags, others: int, seed: int) -> NDArray[np.intp]:
    """Rows to look at: of those `among` which to look, all cases and about so many others.

    >>> is_case = np.arange(1_000) < 10
    >>> rows = some(np.ones(1_000, dtype=bool), is_case, 50, seed=1)
    >>> int(is_case[rows].sum()), 30 < len(rows) - 10 < 70
    (10, True)
    """
    drawn = np.random.default_rng(seed).random(len(among))
    share = others / max(int((among & ~is_case).sum()), 1)
    return np.flatnonzero(among & (is_case | (drawn < share)))
