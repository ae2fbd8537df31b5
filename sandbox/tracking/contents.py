"""What a run says about a cell: one naming table for all models, so that Compare lines them up.

Tags join runs (filter and group by them), parameters are what a person would vary (parallel
coordinates draw them: few, short), metrics are `section/name`, a chart section each.
"""

import math
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.isolation.outcome import Status
from sandbox.tracking.views import SECTIONS

if TYPE_CHECKING:
    from sandbox.cell import CellResult

#: tag that makes a run findable: no two runs of a study carry the same value
DIGEST = "cell"


def tags(result: "CellResult") -> dict[str, str]:
    """Everything to filter and group by, and the sentences shown on the run's page."""
    cell = result.cell
    named = {
        "study": cell.study,
        "role": cell.role,
        "scenario": cell.scenario,
        "model": cell.model,
        "model.family": cell.family,
        "seed": str(cell.seed),
        DIGEST: cell.digest,
        "status": str(result.status),
        "isolation.level": str(result.evidence[-1].level) if result.evidence else "",
        "validation": verdicts(result),
        "not_evaluated": ", ".join(sorted(not_evaluated(result))),
        "reason": public_reason(result),
        "mlflow.source.name": "risk-sandbox",
        "mlflow.source.type": "LOCAL",
        "mlflow.note.content": note(result),
        **code_version(),
    }
    return {name: value for name, value in named.items() if value}


def public_reason(result: "CellResult") -> str:
    """Status and type of error, no more: a model's own words may quote a customer's row."""
    if result.status is Status.OK:
        return ""
    error = re.search(r"\b[A-Z]\w*(?:Error|Exception|Interrupt|Exit|Warning)\b", result.reason)
    kind = f" ({error[0]})" if error else ""
    return f"{result.status}{kind}; the whole reason is in the study's folder"


def params(result: "CellResult") -> dict[str, str]:
    """The cell's own coordinates first, then what the model and the policy were set to."""
    cell = result.cell
    return {
        "model": cell.model,
        "model.family": cell.family,
        "role": cell.role,
        "scenario": cell.scenario,
        "seed": str(cell.seed),
        **{name: str(value) for name, value in result.params.items()},
    }


def metrics(result: "CellResult") -> dict[str, float]:
    """The finite metrics, by section; the others are named by `not_evaluated`."""
    left_out = not_evaluated(result)
    rank = {section: place for place, section in enumerate(SECTIONS)}
    kept = sorted(
        (name for name in result.metrics if name not in left_out),
        key=lambda name: rank.get(name.partition("/")[0], len(rank)),
    )
    return {name: float(result.metrics[name]) for name in kept}


def not_evaluated(result: "CellResult") -> set[str]:
    """Metrics that are NaN or infinite: MLflow would draw them as a number."""
    return {name for name, value in result.metrics.items() if not math.isfinite(value)}


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
    if result.results:
        lines.append(f"Validation tests: {verdicts(result)} (table `tables/validation.json`).")
    if result.evidence:
        last = result.evidence[-1]
        lines.append(
            f"Ran in isolation at level `{last.level}` ({', '.join(last.mechanisms)}) "
            f"on {last.host}."
        )
    if result.attribution is not None:
        lines.append(
            f"Contributions add up to {result.attribution.output} "
            f"({result.attribution.method}): `explanation/beeswarm.png`."
        )
    return "\n\n".join(lines)


@cache
def code_version() -> dict[str, str]:
    """This package's version, and the git commit when it runs from a checkout."""
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    try:
        found["code.version"] = version("risk-sandbox")
    except PackageNotFoundError:
        found["code.version"] = "not installed"
    commit = _git("rev-parse", "--verify", "HEAD")
    if commit:
        found["mlflow.source.git.commit"] = commit
        found["code.modified"] = "yes" if _git("status", "--porcelain", "-uno") else "no"
    return found


def _git(*arguments: str) -> str:
    """What git says about the checkout this package lies in; empty when it lies in none."""
    folder = Path(__file__).resolve().parents[2]
    if not (folder / ".git").exists():
        return ""
    try:
        answer = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""
