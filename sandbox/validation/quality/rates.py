"""Rates of rejection over many draws, with bounds that hold for all tests together."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
from scipy.stats import beta, binom

from sandbox.errors import BadInput
from sandbox.validation.result import ValidationResult, Verdict

#: levels at which the built-in policy warns and fails
LEVELS = (0.05, 0.01)


def clopper_pearson(hits: int, draws: int, confidence: float = 0.95) -> tuple[float, float]:
    """Exact interval of a rate: Clopper and Pearson (1934), Biometrika 26.

    >>> [round(x, 4) for x in clopper_pearson(0, 100)]
    [0.0, 0.0362]
    """
    if not 0 <= hits <= draws or draws < 1:
        raise BadInput(f"{hits} of {draws} draws; give at least one draw and no more hits.")
    tail = (1 - confidence) / 2
    low = float(beta.ppf(tail, hits, draws - hits + 1)) if hits else 0.0
    high = float(beta.ppf(1 - tail, hits + 1, draws - hits)) if hits < draws else 1.0
    return low, high


def bounds(level: float, draws: int, checks: int, error: float = 0.01) -> tuple[int, int]:
    """Fewest and most rejections of a test of size `level` in `draws` independent draws.

    The chance that any of `checks` such counts lies outside is at most `error`: exact binomial
    tails, Bonferroni over both sides of all checks.

    >>> bounds(0.05, 400, 60)
    (6, 38)
    """
    if not 0 < level < 1 or draws < 1 or checks < 1:
        raise BadInput(f"level={level:g}, {draws} draws, {checks} checks; give a level in (0, 1).")
    each = error / checks / 2
    # ppf is the first count whose chance to be reached or undershot exceeds the tail
    return int(binom.ppf(each, draws, level)), int(binom.isf(each, draws, level))


def rates(draws: Iterable[Sequence[ValidationResult]]) -> pd.DataFrame:
    """A row a test over all draws, in the order in which tests first spoke.

    Columns: `test`, `draws` (evaluated), `unevaluated`, `p_values` (draws with one), `at_5` and
    `at_1` (counts of p below 5% and 1%), `warned` (verdict warn or fail), `failed`.
    """
    found: dict[str, dict[str, int]] = {}
    for results in draws:
        for result in results:
            row = found.setdefault(result.id, dict.fromkeys(_COUNTS, 0))
            for name, hit in _hits(result).items():
                row[name] += hit
    table = pd.DataFrame.from_dict(found, orient="index", columns=list(_COUNTS), dtype=int)
    return table.rename_axis("test").reset_index()


_COUNTS = ("draws", "unevaluated", "p_values", "at_5", "at_1", "warned", "failed")


def _hits(result: ValidationResult) -> Mapping[str, bool]:
    p = result.p_value
    known = p is not None and p == p
    # a test shown for information has a p-value and no verdict
    said = result.verdict is not Verdict.NOT_EVALUATED or known
    return {
        "draws": said,
        "unevaluated": not said,
        "p_values": known,
        "at_5": known and p is not None and p < LEVELS[0],
        "at_1": known and p is not None and p < LEVELS[1],
        "warned": result.verdict in {Verdict.WARN, Verdict.FAIL},
        "failed": result.verdict is Verdict.FAIL,
    }
