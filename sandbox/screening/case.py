"""One alert for review: what speaks against the application, who is round it, where money went."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.features.families import OWN_KEYS, family_of
from sandbox.features.screening import Tables, graph_names, screening_features
from sandbox.rules import RuleSet
from sandbox.screening.evidence import evidence
from sandbox.screening.evidence_words import words_for
from sandbox.screening.money import MoneyPath, Trace, money_path
from sandbox.screening.neighbourhood import Neighbourhood, neighbourhood
from sandbox.screening.verdict import Verdict
from sandbox.workspace import written_whole


@dataclass(frozen=True)
class Case:
    """An alert, with what was known at a time and nothing later. Made by `Case.of`.

    In a notebook it shows itself; `html` writes the same page to a file that needs no network.
    """

    verdict: Verdict
    #: days: what became known later is not on the page
    as_of: float
    #: RMB
    amount: float
    #: see `sandbox.screening.evidence.evidence`
    evidence: pd.DataFrame
    #: a row a rule hit: rule, points, verdict, text
    rules: pd.DataFrame
    #: a row an entry hit: list, kind, how (exact or near), reason, entry; no values
    lists: pd.DataFrame
    neighbourhood: Neighbourhood
    #: None where no money was lent yet, or none was given to follow
    money: MoneyPath | None

    @classmethod
    def of(
        cls,
        verdict: Verdict,
        observed: Tables,
        rules: RuleSet,
        *,
        transfers: pd.DataFrame | None = None,
        trace: Trace | None = None,
        traced: pd.DataFrame | None = None,
        as_of: float | None = None,
    ) -> Self:
        """The case of a verdict from observed tables, cut at `as_of` (days; None: the alert's).

        `transfers` and `trace` (`data_generators.fund_flows.tracing.trace`) give the money path;
        `traced` is the table for purpose columns (`screening_features`). What an applicant asked
        for and was like is as of the application in any case. Raises BadInput for an application
        that is not there, for `as_of` before it, and when too few honest ones are known.
        """
        asked = verdict.time if as_of is None else float(as_of)
        if not asked >= verdict.time:
            raise BadInput(
                f"as_of is {asked:g}, before the application came in on day {verdict.time:g}; "
                "pass that day or a later one."
            )
        then = _cut(observed, verdict.time)
        place = np.flatnonzero(then.applications["customer_id"] == verdict.application_id)
        if not len(place):
            raise BadInput(f"The tables have no application {verdict.application_id}.")
        row, honest = _compared(then, int(place[0]), traced, rules, verdict.rules)
        round_it = neighbourhood(
            observed.links, observed.fraud_labels, verdict.application_id, asked
        )
        money = None
        if transfers is not None and trace is not None:
            columns = (round_it.neighbours[name].tolist() for name in ("customer_id", "shares"))
            near = dict(zip(*columns, strict=True))
            money = money_path(transfers, trace, verdict.application_id, near, asked)
        return cls(
            verdict,
            asked,
            float(then.applications["requested_amount"].iloc[place[0]]),
            evidence(row, honest, rules, verdict.rules),
            _rule_table(rules, verdict.rules),
            _list_table(verdict),
            round_it,
            money,
        )

    def text(self) -> str:
        """The page as HTML; every text in it is escaped."""
        from sandbox.screening.case_page import page

        return page(self)

    def html(self, path: Path | str) -> Path:
        """Write the page to `path`, whole or not at all, and return the path."""
        target = Path(path)
        with written_whole(target) as partial:
            partial.write_bytes(self.text().encode())
        return target

    def _repr_html_(self) -> str:
        """A frame of its own, so that the page's style stays off the notebook's."""
        return (
            f'<iframe srcdoc="{escape(self.text())}" title="Case" '
            'style="width:100%;height:1500px;border:1px solid #d5dae1" sandbox=""></iframe>'
        )


def _cut(observed: Tables, day: float) -> Any:
    """The tables as known on a day."""
    tables = {
        name: table[table["event_time" if name == "applications" else "known_at"] <= day]
        for name in ("applications", "profiles", "links", "fraud_labels", "decisions")
        for table in (getattr(observed, name),)
    }
    tables["applications"] = tables["applications"].reset_index(drop=True)
    return SimpleNamespace(**tables)


def _compared(
    then: Any, place: int, traced: pd.DataFrame | None, rules: RuleSet, hit: Sequence[str]
) -> "tuple[pd.Series[float], pd.DataFrame]":
    """Features of the application, and of those approved and not found out by then."""
    fields = [field for id in hit for field in rules.rule(id).fields]
    names = list(dict.fromkeys([*_told_of(then.applications), *fields]))
    names = [name for name in names if family_of(name) != "lists"]
    features = screening_features(then, traced, columns=names)
    ids = then.applications["customer_id"]
    approved = then.decisions.loc[then.decisions["credit_limit"] > 0, "customer_id"]
    honest = ids.isin(approved) & ~ids.isin(then.fraud_labels["customer_id"])
    honest.iloc[place] = False
    return features.iloc[place], features[honest.to_numpy()]


def _told_of(applications: pd.DataFrame) -> list[str]:
    """Columns that analysts have words for, as far as these applications have them."""
    of_table = [str(name) for name in applications.columns]
    windows = [f"{key}_{what}_{days}d" for key in OWN_KEYS for what in ("applications", "amount")
               for days in (7, 30)]  # fmt: skip
    derived = ["request_to_income", "partner_surge", *(f"{key}_partners" for key in OWN_KEYS)]
    purposes = ["partner_against_share", "partner_back_share", "neighbours_against_share",
                "neighbours_back_share"]  # fmt: skip
    every = [*of_table, *windows, *derived, *graph_names(applications), *purposes]
    return [name for name in dict.fromkeys(every) if words_for(name) is not None]


def _rule_table(rules: RuleSet, hit: Sequence[str]) -> pd.DataFrame:
    found = [rules.rule(id) for id in hit]
    found.sort(key=lambda rule: (rule.verdict == "", -rule.points))
    rows = [(rule.id, rule.points, rule.verdict, rule.text) for rule in found]
    return pd.DataFrame(rows, columns=["rule", "points", "verdict", "text"])


def _list_table(verdict: Verdict) -> pd.DataFrame:
    rows = [
        (hit.list, hit.kind, "exact" if hit.similarity == 1.0 else f"near, {hit.similarity:.0%}",
         hit.reason, hit.entry_id)
        for hit in verdict.lists
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["list", "kind", "how", "reason", "entry"])
