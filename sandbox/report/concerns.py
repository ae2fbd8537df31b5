"""Findings that no single test makes: the model's own limits, its inputs, their directions."""

from collections.abc import Sequence

import pandas as pd

from sandbox.report.directions import directions
from sandbox.report.finding import Finding
from sandbox.report.glossary import protected
from sandbox.report.own_limits import own_limits
from sandbox.report.standing import Standing
from sandbox.report.wording import percent, three
from sandbox.validation.policy import Severity
from sandbox.validation.result import Verdict


def of_own_limits(standing: Standing) -> list[Finding]:
    """Defaults under the limits that the model gave, above the PDs by which it gave them."""
    found = own_limits(standing.champion)
    if found is None or not found.above:
        return []
    return [
        Finding(
            6,
            Severity.S2,
            "Default rate under the model's own limits exceeds its PDs",
            f"{found.words[:1].upper()}{found.words[1:]}; the PD was learnt under the incumbent's "
            "limits",
            "Model how PD rises with the limit, or keep limits within those the incumbent gave.",
            "section-6",
        )
    ]


def of_inputs(standing: Standing) -> list[Finding]:
    """Protected attributes that the model reads, and effects against expectation."""
    reference = standing.champion.reference
    found = []
    # a bank's own scores come without a model; what they were made of is not known here
    names = protected(reference.inputs) if reference.evidence else ()
    table = directions(standing)
    if names:
        evidence, unused = _weight(names, table)
        found.append(
            Finding(
                8,
                Severity.S4 if unused else Severity.S3,
                f"Protected attributes among the inputs: {', '.join(names)}",
                f"Told by name{evidence}; fairness by group: {_fairness(standing)}.",
                "Leave protected attributes out of the inputs, or show that their use is lawful "
                "where the model is used.",
                "section-8",
            )
        )
    against = pd.DataFrame() if table is None else table[table["against"]]
    if len(against):
        said = [
            f"{row['feature']} {'raises' if row['direction'] > 0 else 'lowers'} the score "
            f"(rank correlation {three(row['direction'])}, share {percent(row['share'])})"
            for _, row in against.iterrows()
        ]
        found.append(
            Finding(
                8,
                Severity.S4,
                f"Direction against expectation: {', '.join(against['feature'].astype(str))}",
                "; ".join(said),
                "Ask the developer why: limits that grew with the feature, or features that stand "
                "for one another, can turn a sign. Constrain the direction if nothing explains it.",
                "section-8",
            )
        )
    return found


def _fairness(standing: Standing) -> str:
    """Whether groups were compared, which weighs on what a protected input means."""
    results = [r for c in standing.champion.finished for r in c.results if r.family == "fairness"]
    done = any(r.verdict is not Verdict.NOT_EVALUATED for r in results)
    return "see section 8" if done else "not evaluated"


def _weight(names: Sequence[str], table: pd.DataFrame | None) -> tuple[str, bool]:
    """What share of the contributions the features have, and whether it is none at all."""
    if table is None:
        return "", False
    share = float(table.loc[table["feature"].isin(names), "share"].sum())
    if share == 0:
        return "; given to the model, and they move no score", True
    return f"; they carry {percent(share)} of the contributions to the score", False
