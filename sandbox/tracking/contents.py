"""What a run says about a cell: one naming table for all models, so that Compare lines them up.

Tags join runs (filter and group by them), parameters are what a person would vary (parallel
coordinates draw them: few, short), metrics are `section/name`, a chart section each.
"""

import re
from typing import TYPE_CHECKING

from sandbox.isolation.outcome import Status
from sandbox.tracking.colours import colour
from sandbox.tracking.figures_table import described, written
from sandbox.tracking.names import SECTIONS
from sandbox.tracking.software import as_tags, software
from sandbox.tracking.unevaluated import adds_up_to, explained_by, not_evaluated, public_reason
from sandbox.tracking.views import main_metrics

if TYPE_CHECKING:
    from sandbox.cell import Cell, CellResult

#: tag that makes a run findable: no two living runs of a study carry the same value
DIGEST = "cell"

#: characters of a tag that are surely kept by any store
LONGEST_TAG = 5_000
#: metrics without a figure that a run's page names one by one
_NAMED = 8


def cell_tags(cell: "Cell") -> dict[str, str]:
    """What is known of a run before its cell has ended."""
    return {
        "study": cell.study,
        "role": cell.role,
        "scenario": cell.scenario,
        "model": cell.model,
        "model.family": cell.family,
        "seed": str(cell.seed),
        DIGEST: cell.digest,
        "mlflow.runColor": colour(cell.model, cell.seed),
        "mlflow.source.name": "risk-sandbox",
        "mlflow.source.type": "LOCAL",
    }


def tags(result: "CellResult") -> dict[str, str]:
    """Everything to filter and group by, and the sentences shown on the run's page."""
    named = {
        **cell_tags(result.cell),
        "status": str(result.status),
        "isolation.level": str(result.evidence[-1].level) if result.evidence else "",
        "validation": verdicts(result),
        "not_evaluated": _short(list(not_evaluated(result))),
        "explanation": explained_by(result),
        "reason": public_reason(result),
        "mlflow.note.content": note(result)[:LONGEST_TAG],
        **as_tags(result.code or software()),
    }
    return {name: value for name, value in named.items() if value}


def params(result: "CellResult") -> dict[str, str]:
    """The cell's own coordinates first, then what the model and the policy were set to."""
    cell = result.cell
    return {
        "model": cell.model,
        "model.family": cell.family,
        "role": cell.role,
        "scenario": cell.scenario,
        "seed": str(cell.seed),
        # MLflow's Compare begins with a plot of the first three parameters that differ, and draws
        # a number that one model lacks as if it had one; this third one every model has
        "model.explained": explained_by(result),
        **{_kept(_after_seed(name)): str(value) for name, value in result.params.items()},
    }


def _kept(name: str) -> str:
    """A parameter's name as MLflow takes it: a model of one's own may name settings in Chinese.

    >>> _kept("settings.深度")
    'settings.u6df1u5ea6'
    """
    return re.sub(r"[^A-Za-z0-9_\-. :/]", lambda found: f"u{ord(found[0]):04x}", name)[:250]


def _after_seed(name: str) -> str:
    """`settings.depth` of `model.depth`: MLflow draws the first parameters that differ, by name.

    A setting that one model has and another has not would be drawn as a number for both.
    """
    own = name.startswith("model.") and name not in {"model.source", "model.digest"}
    return f"settings.{name.removeprefix('model.')}" if own else name


def metrics(result: "CellResult") -> dict[str, float]:
    """The finite metrics to six digits; the others are named by `not_evaluated`.

    The role's main ones first, then by section: a run's page and Compare's plot begin so.
    """
    left_out = not_evaluated(result)
    rank = {section: place for place, section in enumerate(SECTIONS)}
    main = [name for name in main_metrics(result.cell.role) if name in result.metrics]
    others = (name for name in result.metrics if name not in main)
    by_section = sorted(others, key=lambda name: rank.get(name.partition("/")[0], len(rank)))
    kept = [name for name in (*main, *by_section) if name not in left_out]
    # MLflow's tables show every digit there is
    return {name: float(f"{result.metrics[name]:.6g}") for name in kept}


def verdicts(result: "CellResult") -> str:
    """`9 pass, 2 warn, 1 fail`, without verdicts that did not occur."""
    from sandbox.validation.result import Verdict

    counts = [(v, sum(r.verdict is v for r in result.results)) for v in Verdict]
    return ", ".join(f"{count} {verdict}" for verdict, count in counts if count)


def note(result: "CellResult") -> str:
    """The run's description in Markdown."""
    cell = result.cell
    lines = [
        f"**{cell.model}** judged as a {cell.role} model on **{cell.scenario.replace('_', ' ')}**,"
        f" seed {cell.seed}."
    ]
    if result.status is not Status.OK:
        lines.append(f"Not finished: {public_reason(result)}.")
        return "\n\n".join(lines)
    if figures := _main_figures(result):
        lines.append(figures)
    if result.results:
        lines.append(f"Validation tests: {verdicts(result)} (table `tables/validation.json`).")
    if result.attribution is None:
        lines.append(
            "No SHAP values: `explanation/unavailable.txt` says why, and what can be done."
        )
    else:
        lines.append(
            f"Contributions add up to {adds_up_to(result.attribution)} "
            f"({explained_by(result)}): `explanation/beeswarm.png`."
        )
    if result.evidence:
        last = result.evidence[-1]
        lines.append(
            f"Ran in isolation at level `{last.level}` ({', '.join(last.mechanisms)}) "
            f"on {last.host}."
        )
    if missing := not_evaluated(result):
        named = [f"- `{name}`: {reason}" for name, reason in list(missing.items())[:_NAMED]]
        lines.append("Not evaluated (all in `validation/not_evaluated.json`):")
        lines.append("\n".join(named))
    return "\n\n".join(lines)


def _main_figures(result: "CellResult") -> str:
    """The figures that its role is compared by, in words; nothing where there are none."""
    left_out = not_evaluated(result)
    said = [
        f"{described(name)}: **{written(name, result.metrics[name])}**"
        for name in main_metrics(result.cell.role)
        if name in result.metrics and name not in left_out
    ]
    text = "; ".join(said)
    return f"{text[:1].upper()}{text[1:]}." if said else ""


def code_version() -> dict[str, str]:
    """This package's version, and the git commit when it runs from a checkout."""
    return as_tags(software())


def _short(names: list[str]) -> str:
    """Names in one tag, and how many more there are where it would be too long."""
    text = ", ".join(names)
    if len(text) <= LONGEST_TAG:
        return text
    kept = text[: LONGEST_TAG - 20].rpartition(", ")[0]
    return f"{kept} and {len(names) - kept.count(', ') - 1} more"
