"""What is predicted, on whom, and from what: the first exhibit of section 4."""

import pandas as pd

from sandbox.cell import CellResult
from sandbox.report.document import Block, Gap, Table, columns
from sandbox.report.standing import TYPOLOGIES, Standing
from sandbox.report.wording import count, percent

#: where a limit model's PDs and rates come from, in one sentence
UNDER_INCUMBENT = (
    "PDs and rates here rest on the incumbent's limits: outcomes are those of applicants whom the "
    "incumbent approved, at the limits it granted, and the model learnt from such outcomes too."
)


def target(standing: Standing) -> Block:
    """Portfolio and target, or world and target."""
    reference = standing.champion.reference
    if standing.world_made:
        rows = (_fraud if standing.role == "fraud" else _limit)(reference)
        title = "World and target"
    else:
        rows, title = list(reference.facts.items()), "Portfolio and target"
    if not rows:
        return Gap("Not evaluated: definition of default, source and split were not recorded.")
    return Table(title, columns("What", "As recorded"), tuple(rows))


def _limit(reference: CellResult) -> list[tuple[str, str]]:
    months = reference.params.get("world.months", "")
    window = f"the world's {months} months" if months else "the world's months"
    asked = reference.params.get("world.customers", "")
    judged = _evaluated(reference)
    honest = f"{count(judged)} honest applicants" if judged else "honest applicants only"
    fewer = f" of {count(float(asked))}" if asked else ""
    rows = [
        ("World", _world(reference)),
        ("Definition of default", f"over 90 days past due at any time within {window}"),
        ("Performance window", f"from the decision to the end of {window}"),
        ("Currency", "RMB"),
        (
            "Learnt from",
            "the incumbent's log: outcomes of applicants whom the incumbent approved, at the "
            "limits it granted; the declined have none, and confirmed frauds are left out",
        ),
        (
            "Judged on",
            f"{honest}{fewer}, other people of the same market under a seed that no model is "
            "shown; fraudulent applicants are left out here and judged in the fraud trial",
        ),
        ("PD and rates", "calibration and discrimination under the incumbent's limits"),
        (
            "Decisions",
            "the model's own limits, replayed in the world: profit and default rate are those "
            "that these limits lead to",
        ),
        *_rates(reference, "Default rate in evaluation, under the incumbent's limits"),
    ]
    paired = next((r for r in reference.results if r.id == "truth.regret"), None)
    if paired is not None:
        rows.append(
            (
                "Sample with potential outcomes",
                f"the first {count(paired.n)} of the judged applicants: what each would have done "
                "at every limit of the grid is known; regret and oracle are those of this sample",
            )
        )
    known = next((r for r in reference.results if r.id == "truth.pd_rmse"), None)
    if known is not None:
        rows.append(
            (
                "True PD",
                f"at the incumbent's limit, of the {count(known.n)} of that sample whom the "
                "incumbent approved",
            )
        )
    return [*rows, *reference.facts.items()]


def _fraud(reference: CellResult) -> list[tuple[str, str]]:
    kinds = reference.tables.get(TYPOLOGIES)
    named = "" if kinds is None else ": " + ", ".join(kinds["typology"].astype(str))
    return [
        ("World", _world(reference)),
        ("Definition of fraud", f"what an application truly was{named.replace('_', ' ')}"),
        (
            "Learnt from",
            "what the bank knows at the end: 1 for confirmed frauds, which are late and partial; "
            "0 for approved and never confirmed, some frauds among them; nothing for the declined",
        ),
        (
            "Judged on",
            "every application of other people of the same market, under a seed that no model is "
            "shown, by its true kind and not by confirmations",
        ),
        *_rates(reference, "Share of frauds in evaluation"),
        *reference.facts.items(),
    ]


def _world(reference: CellResult) -> str:
    name = reference.cell.scenario.replace("_", " ")
    size = [
        f"{count(float(reference.params[key]))} {words}"
        for key, words in (("world.customers", "applicants"), ("world.months", "months"))
        if key in reference.params
    ]
    return f"{name}, made by simulation" + (f"; {' × '.join(size)}" if size else "")


def _evaluated(reference: CellResult) -> int:
    return next((d.rows for d in reference.datasets if d.context == "evaluation"), 0)


def _rates(reference: CellResult, name: str) -> list[tuple[str, str]]:
    scored = reference.tables.get("scored")
    if scored is None or "target" not in scored.columns:
        return []
    seen: pd.Series = scored["target"].dropna()
    if seen.empty:
        return [(name, "no outcome was observed")]
    said = f"{percent(float(seen.mean()))}: {count(seen.sum())} of {count(len(seen))} cases"
    return [(name, said + ("" if len(seen) == len(scored) else " with an observed outcome"))]
