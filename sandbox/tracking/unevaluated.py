"""What a run has no figure for, and why: metrics that are not numbers, and missing SHAP values."""

import math
import re
from typing import TYPE_CHECKING

from sandbox.isolation.outcome import Status

if TYPE_CHECKING:
    from sandbox.cell import CellResult
    from sandbox.explanation.attribution import Attribution

#: said of a metric that no test speaks about
NO_TEST = "too few customers, or none of those it is about: the figure is not a finite number"

#: the gate that an explanation has to pass
GATE = "explanation.additivity"

#: how SHAP values may have been had, as a method begins
_METHODS = ("woodelf", "closed form", "shap")
UNAVAILABLE = "unavailable"

_ERROR = re.compile(r"\b[A-Z]\w*(?:Error|Exception|Interrupt|Exit|Warning)\b")
#: reasons that go on in the words of a model
_QUOTED = re.compile(r"(.*?(?:\bended|could not be explained)): (.*)", re.DOTALL)
_ELSEWHERE = "the whole reason is in the study's folder"


def public_reason(result: "CellResult") -> str:
    """Status and type of error, no more: a model's own words may quote a customer's row."""
    if result.status is Status.OK:
        return ""
    return f"{result.status}{_kind(result.reason)}; {_ELSEWHERE}"


def public_words(reason: str) -> str:
    """A test's reason without what a model said when it was asked.

    >>> public_words("The explanation ended: ValueError: income 7634.36 is odd")
    "The explanation ended (ValueError); the whole reason is in the study's folder"
    >>> public_words("no defaults among 40 rows")
    'no defaults among 40 rows'
    """
    found = _QUOTED.fullmatch(reason)
    return f"{found[1]}{_kind(found[2])}; {_ELSEWHERE}" if found else reason


def not_evaluated(result: "CellResult") -> dict[str, str]:
    """Metric -> why it has no figure, in order of names.

    Metrics that are NaN or infinite, which MLflow would draw as a number, and metrics of tests
    that were not evaluated.
    """
    from sandbox.validation.catalogue import CATALOGUE
    from sandbox.validation.result import Verdict

    said = {
        CATALOGUE[r.id].metric: public_words(r.reason)
        for r in result.results
        if r.verdict is Verdict.NOT_EVALUATED and r.id in CATALOGUE and CATALOGUE[r.id].metric
    }
    missing = {name for name, value in result.metrics.items() if not math.isfinite(value)}
    missing |= said.keys() - result.metrics.keys()
    return {name: said.get(name, NO_TEST) for name in sorted(missing)}


def explained_by(result: "CellResult") -> str:
    """`woodelf`, `closed form`, `shap` or `unavailable`.

    Nothing else of the method is repeated: a model's worker may have written it.
    """
    if result.attribution is None:
        return UNAVAILABLE
    method = result.attribution.method.lower()
    return next((name for name in _METHODS if name in method), _METHODS[-1])


def adds_up_to(attribution: "Attribution") -> str:
    """What contributions add up to, as far as this project says so and not a model's worker."""
    own_words = "as the model's worker says" in attribution.output
    return "the model's own output" if own_words else attribution.output


def why_unavailable(result: "CellResult") -> str:
    """Why there are no SHAP values, and what can be done: the text of `unavailable.txt`."""
    reason, remedy = _reason(result)
    return (
        f"There are no SHAP values of {result.cell.run_name}.\n\n"
        f"Why: {reason.rstrip('.')}.\n\nWhat can be done: {remedy}\n"
    )


def _reason(result: "CellResult") -> tuple[str, str]:
    from sandbox.validation.result import Verdict

    if result.status is not Status.OK:
        return public_reason(result), "see to the model first; the study tries the cell again."
    gate = next((r for r in result.results if r.id == GATE), None)
    if gate is None:
        return "no explanation was asked for", "give the model `explained`, what it adds up to."
    if gate.verdict is Verdict.FAIL:
        return public_words(gate.reason), (
            "contributions that do not add up are not shown. Explain the output that the model "
            "ranks by, without rounding or clipping after it, or wrap the estimator in a model "
            "that `sandbox.explanation` knows: trees, linear models, scorecards."
        )
    if _QUOTED.fullmatch(gate.reason):
        return public_words(gate.reason), (
            "give the sandbox more time or memory (`Study(limits=Limits(...))`), or use a model "
            "that is explained faster: trees and linear models."
        )
    return public_words(gate.reason), (
        "a model that is a tree ensemble, linear or a scorecard can be explained exactly; any "
        "other can be by sampling with `sandbox.explanation.explain`. Its validation tests and "
        "decisions stand in the other tables."
    )


def _kind(words: str) -> str:
    error = _ERROR.search(words)
    return f" ({error[0]})" if error else ""
