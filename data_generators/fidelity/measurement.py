"""A world's own value of every figure: the one place that runs a world and assembles them.

The functions that measure take tables and arrays; nothing outside this file knows a world.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from data_generators.decisions import Decisions
from data_generators.fidelity import account_events, arrears, borrowers, borrowing, shapes
from data_generators.fidelity.applicability import Setting, applies
from data_generators.fidelity.figures import figures
from data_generators.fidelity.reading import Reading, Run
from data_generators.progress import shown
from data_generators.streams import Floats

if TYPE_CHECKING:
    from data_generators.world import World

#: months after which the debt out of a raised limit is counted
BORROWED_WITHIN = 12
#: the raise, share of the incumbent's own limit
RAISE = 0.10
#: customers behind the AUC of the true pd, replicas of noise behind either pd, and months;
#: with 128 replicas the AUC is 0.016 lower, with 512 the same
AUC_CUSTOMERS, AUC_REPLICAS, AUC_MONTHS = 8_192, 256, 24
#: customers and months behind the times of account events
EVENT_CUSTOMERS, EVENT_MONTHS = 2_048, 12
#: RMB for a US dollar, as of the sources (2022-2023)
RMB_PER_USD = 7.0
#: the bureau's count of earlier delinquencies over 90 days
PRIOR_90_PLUS = "bureau_90_plus_24m"


#: figures that no world can give yet, and what they need
NOT_YET: dict[str, str] = {
    "limit.increase_quarterly": "limit increases on open accounts",
    "lgd.by_time": "a day on which a defaulted account is resolved",
    "rental.loan_share": "tenants of a platform who rent without a loan",
}


def measured(world: "World", *, progress: bool = False) -> dict[str, Reading]:
    """The world's own value of every figure that applies to its scenario, id to reading.

    The bank's incumbent decides; accounts are what the bank sees, fraud included, but truths
    (mpb, AUC) are those of honest applicants. Worlds of 40,000 customers and 30 months give
    values that noise moves little. With `progress`, a bar in terminal and notebook.
    """
    run = Run(world)
    wanted = {f.id for f in figures() if applies(f, Setting(world.scenario))}
    readings = {name: Reading(None, missing=what) for name, what in NOT_YET.items()}
    steps = [step for prefix, step in STEPS if any(name.startswith(prefix) for name in wanted)]
    for step in shown(steps, "figures", progress=progress):
        readings |= step(run)
    return {name: reading for name, reading in readings.items() if name in wanted}


def _rolls(run: Run) -> dict[str, Reading]:
    names = ("roll.m0_m1", "roll.m1_m2", "roll.m2_m3", "roll.m3_m4")
    rates = arrears.roll_rates(run.observed.accounts)
    return {name: Reading(rate) for name, rate in zip(names, rates, strict=True)}


def _flow(run: Run) -> dict[str, Reading]:
    return {"cards.flow_90": Reading(arrears.flow_90(run.accounts_of("revolving")))}


def _peak(run: Run) -> dict[str, Reading]:
    hazard = arrears.default_hazard(run.accounts_of("instalment"))
    return {"vintage.peak": Reading(arrears.peak_month(hazard))}


def _orders(run: Run) -> dict[str, Reading]:
    mean = float(run.traits["need"].mean())
    note = f"what customers come to buy, at {RMB_PER_USD:g} RMB for a dollar"
    return {
        "bnpl.order": Reading(mean / RMB_PER_USD, note),
        "bnpl.charge_off": Reading(arrears.charge_off(run.observed.accounts)),
    }


def _by_utilisation(run: Run) -> dict[str, Reading]:
    rates = shapes.default_by_utilisation(run.accounts_of("revolving"), run.observed.performance)
    note = f"utilisation at month 6, default from then to month {run.world.months}"
    nobody = "accounts at this utilisation"
    return {
        f"gmsc.default_by_utilisation.{name}": Reading(rate, note, nobody if np.isnan(rate) else "")
        for name, rate in rates.items()
    }


def _by_borrower(run: Run) -> dict[str, Reading]:
    """Default from application on, by what the applicant looked like."""
    seen = run.observed.performance.merge(run.observed.applications, on="customer_id")
    default = seen["default"].to_numpy(dtype=bool)
    note = f"default within {run.world.months} months of application"
    age = shapes.default_by_age(seen["age"].to_numpy(), default)
    nobody = "customers over 70" if np.isnan(age[1]) else "customers of 25 or under"
    counted = Reading(None, missing="a bureau count of delinquencies over 90 days")
    if PRIOR_90_PLUS in seen:
        rates = shapes.default_by_count(seen[PRIOR_90_PLUS].to_numpy(dtype=float), default)
        counted = Reading(rates, note)
    return {
        "gmsc.default_rate": Reading(float(default.mean()), note),
        "gmsc.default_by_age.young_old": Reading(age, note, nobody if np.isnan(age).any() else ""),
        "gmsc.prior_90_plus": counted,
    }


def _borrowing(run: Run) -> dict[str, Reading]:
    """Twin replays: the incumbent's own limits, and each of them raised."""
    who = run.holders & run.offered("revolving")
    price = run.observed.decisions["price"].to_numpy()
    year = replace(run.world, months=min(BORROWED_WITHIN, run.world.months))
    raised = run.limit * (1.0 + RAISE)

    def debt(limit: Floats) -> Floats:
        customers = year.replay(Decisions.of(limit, price)).customers
        return (customers["balance"] + customers["ead"]).to_numpy()[who]

    strength = (run.traits["ability"] + run.traits["willingness"]).to_numpy()[who]
    limit = run.limit[who]
    found = borrowing.mpb(limit, raised[who], debt(run.limit), debt(raised), strength)
    tenth = borrowing.deciles(strength)

    def at(rows: NDArray[np.bool_]) -> str:
        mean = limit[rows].mean()
        return f"at the incumbent's own limit, mean {mean:,.0f} RMB, raised by {RAISE:.0%}"

    return {
        "limit.mpb.low": Reading(found.by_decile[0], at(tenth == 0)),
        "limit.mpb.high": Reading(found.by_decile[9], at(tenth == 9)),
        "limit.mpb.average": Reading(found.average, at(tenth >= 0)),
    }


def _use(run: Run) -> dict[str, Reading]:
    ratio = borrowing.defaulters_use_more(
        run.accounts_of("working_capital"), run.observed.performance
    )
    return {"limit.defaulters_use_more": Reading(ratio, "use at month 6, accounts not late then")}


def _fraud(run: Run) -> dict[str, Reading]:
    return {"fraud.prevalence": Reading(borrowers.fraud_prevalence(run.typology))}


def _synthetic(run: Run) -> dict[str, Reading]:
    is_synthetic = np.char.startswith(run.typology, "synthetic")
    name = "synthetic_id.charge_off"
    if not is_synthetic.any():
        return {name: Reading(None, missing="synthetic identities")}
    lost = run.observed.accounts.groupby("customer_id")["written_off"].sum()
    mine = is_synthetic[lost.index.to_numpy()]
    return {name: Reading(borrowers.synthetic_charge_off(mine, lost.to_numpy()))}


def _events(run: Run) -> dict[str, Reading]:
    """Of all that is posted on the accounts of some customers, seen or not."""
    size = min(EVENT_CUSTOMERS, run.world.customers)
    months = EVENT_MONTHS
    world = replace(run.world, customers=size)
    ledger = world.truth.fund_flows(months, progress=False).ledger
    time = ledger["event_time"].to_numpy()
    sides = [ledger[f"{end}_customer_id"].to_numpy() for end in ("from", "to")]
    account = np.concatenate(sides)
    mine = account >= 0
    account, day = account[mine], np.floor(np.tile(time, 2)[mine]).astype(np.int64)
    cash = ledger.loc[ledger["kind"] == "withdrawal", "amount"].to_numpy()
    note = f"all events on the accounts of {size:,} customers, {months} months"
    start = run.world.scenario.start
    return {
        "timing.same_day": Reading(account_events.same_day(account, day), note),
        "timing.gap_cv": Reading(account_events.gap_cv(account, day), note),
        "timing.month_end": Reading(account_events.month_end(day, start), f"{note}, by date"),
        "fraud.prevalence.card": Reading(
            float((ledger["case_id"] >= 0).mean()), "all transfers, all typologies of transfers"
        ),
        "amounts.round": Reading(account_events.round_cash(cash), "cash withdrawals"),
    }


def _lenders(run: Run) -> dict[str, Reading]:
    several = borrowers.multi_lender(run.traits["n_lenders"].to_numpy()[run.holders])
    note = "one account a customer here, so loans at one lender cannot pile up"
    return {
        "china.multi_lender": Reading(several, "account holders with at least one other lender"),
        "bnpl.stacking": Reading((float("nan"), several), note),
    }


def _auc(run: Run) -> dict[str, Reading]:
    """How well the true pd ranks what happens, expected over outcomes and so free of their luck.

    The pd that ranks and the pd of what happens come from disjoint replicas of noise: the mean
    of replicas r + 1 to 2r is twice the mean of the first 2r less that of the first r.
    """
    size = min(AUC_CUSTOMERS, run.world.customers)
    world = replace(run.world, customers=size, months=min(AUC_MONTHS, run.world.months))
    limit, who = run.limit[:size], run.holders[:size]
    first = world.truth.true_pd(limit, AUC_REPLICAS)[who]
    happens = 2.0 * world.truth.true_pd(limit, 2 * AUC_REPLICAS)[who] - first
    if not 0 < happens.sum() < happens.size:
        return {"truth.auc": Reading(None, missing="defaults among the customers looked at")}
    note = f"honest account holders, at the incumbent's limit, {world.months} months"
    return {"truth.auc": Reading(borrowers.auc(first, happens), note)}


#: how each family of ids is measured
STEPS: tuple[tuple[str, Callable[[Run], dict[str, Reading]]], ...] = (
    ("gmsc.default_by_utilisation", _by_utilisation),
    ("gmsc.", _by_borrower),
    ("limit.mpb", _borrowing),
    ("limit.defaulters", _use),
    ("fraud.prevalence", _fraud),
    ("bnpl.order", _orders),
    ("cards.", _flow),
    ("vintage.", _peak),
    ("china.", _lenders),
    ("synthetic_id.", _synthetic),
    ("roll.", _rolls),
    ("truth.", _auc),
    ("timing.", _events),
)
