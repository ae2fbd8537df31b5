"""How long every test of the catalogue takes on 100,000 rows, and then the report.

    taskset -c 0,1 python benchmarks/validation_speed.py
    python benchmarks/validation_speed.py --rows 20000

A bank of rows × 30 features made up at random: a champion and a challenger, groups, months,
grades, twelve months of every account, decisions, and a truth. Every id of the catalogue has to
come, or the benchmark fails. At most 60 seconds for all tests, and 20 for the report in all
formats.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from bank_of_100k import MONTHS, Bank, bank, portfolio
from scipy.special import expit, logit

from sandbox.cell import Cell, CellResult, DatasetRecord
from sandbox.cli.tables import print_table
from sandbox.explanation import explain
from sandbox.explanation.reason_stability import noisy_features, stability_of
from sandbox.explanation.removals import Removals
from sandbox.explanation.weighed_reasons import as_attribution
from sandbox.isolation.outcome import Status
from sandbox.report import assemble, write_report
from sandbox.report.formats import FORMATS
from sandbox.report.language import LANGUAGES
from sandbox.validation.applicants import Applicants
from sandbox.validation.back_test import cumulative_defaults, validate_back_test
from sandbox.validation.catalogue import CATALOGUE
from sandbox.validation.comparison import validate_comparison
from sandbox.validation.definitions import Definitions
from sandbox.validation.delayed_labels import validate_delayed_labels
from sandbox.validation.drift_delay import validate_drift_detection
from sandbox.validation.fairness import validate_fairness
from sandbox.validation.judge import judge
from sandbox.validation.keys import validate_keys
from sandbox.validation.limit_caps import validate_limit_caps
from sandbox.validation.limit_response import validate_limit_response
from sandbox.validation.monotonicity import grid, validate_monotonicity
from sandbox.validation.out_of_time import validate_out_of_time
from sandbox.validation.overfit import validate_overfit
from sandbox.validation.point_in_time import validate_leakage_by_time, validate_point_in_time
from sandbox.validation.policy import Policy
from sandbox.validation.portfolio import validate_portfolio
from sandbox.validation.ranges import validate_ranges
from sandbox.validation.reject_bias import validate_reject_inference
from sandbox.validation.representativeness import (
    validate_representativeness,
    validate_through_the_door,
)
from sandbox.validation.result import ValidationResult, Verdict
from sandbox.validation.reverse_stress import validate_reverse_stress, validate_reverse_truth
from sandbox.validation.robustness import cut_off, validate_noise
from sandbox.validation.seeds import validate_seeds
from sandbox.validation.sensitivity import validate_sensitivity
from sandbox.validation.slices import validate_slices
from sandbox.validation.stress import validate_stress
from sandbox.validation.stressed_book import Book
from sandbox.validation.suite import metrics_of, validate_against_truth, validate_scores
from sandbox.validation.truth_counterfactual import Otherwise, validate_counterfactual_truth
from sandbox.validation.truth_fairness import validate_need_truth
from sandbox.validation.truth_given import (
    validate_off_policy_truth,
    validate_recourse_truth,
    validate_structure_truth,
)
from sandbox.validation.truth_response import validate_response_truth
from sandbox.validation.truth_stress import validate_stressed_truth

POLICY = Policy.default()
Results = tuple[ValidationResult, ...]
Step = tuple[str, Callable[[], Results | ValidationResult]]
#: rows that models are asked about again: along a grid, and explained
ASKED, EXPLAINED = 2_000, 2_000
LIMITS = (2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5)


class Clock:
    """Seconds elapsed, and of the processor, which other work on the machine does not change."""

    def __enter__(self) -> "Clock":
        self.started = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        ended = time.perf_counter(), time.process_time()
        self.read = tuple(b - a for a, b in zip(self.started, ended, strict=True))


def of_scores(b: Bank) -> Iterator[Step]:
    """Discrimination, calibration, stability, comparison, fairness, out of time, fraud."""
    given = {
        "training_score": b.training_score,
        "features": b.features,
        "training_features": b.training,
    }
    yield (
        "scores",
        lambda: validate_scores(
            b.target, b.champion, role="pd", initial_auc=0.75, migration=b.grades, **given
        ),
    )
    yield "fraud", lambda: validate_scores(b.target, b.champion, role="fraud", **given)
    yield "comparison", lambda: validate_comparison(b.target, b.champion, b.challenger, POLICY)
    approved = (b.champion < np.quantile(b.champion, 0.7)).astype(float)
    yield (
        "fairness",
        lambda: validate_fairness(b.target, b.champion, approved, b.groups, POLICY),
    )
    later = (b.month >= MONTHS - 3).astype(float)
    yield (
        "out of time",
        lambda: validate_out_of_time(
            b.target, b.champion, b.month, POLICY, out_of_time=later, accepted=approved
        ),
    )


def of_tables(b: Bank) -> Iterator[Step]:
    """Data and robustness."""
    day = pd.Series(pd.Timestamp("2025-01-01") + pd.to_timedelta(30 * b.month, unit="D"))
    known = pd.DataFrame({c: day - pd.Timedelta(days=3) for c in b.features.columns})
    keyed = b.features.assign(account=np.arange(b.n))
    older = b.training.assign(account=np.arange(b.n) + b.n)
    labelled = np.random.default_rng(0).random(b.n) < 0.8
    yield "ranges", lambda: validate_ranges(b.features, POLICY, training=b.training)
    yield "populations", lambda: validate_representativeness(b.training, b.features, POLICY)
    yield "through the door", lambda: validate_through_the_door(b.features, labelled, POLICY)
    yield "point in time", lambda: validate_point_in_time(known, day, POLICY)
    yield "leakage by time", lambda: validate_leakage_by_time(b.features, b.target, day, POLICY)
    yield "keys", lambda: validate_keys(keyed, ["account"], POLICY, training=older)
    noise = np.random.default_rng(1).normal(0, 0.02, (3, b.n))
    moved = expit(logit(b.champion) + noise)
    after = dict(zip((0.01, 0.05, 0.1), moved, strict=True))
    yield (
        "noise",
        lambda: validate_noise(b.target, b.champion, after, POLICY, cut_off(b.champion)),
    )
    yield "slices", lambda: validate_slices(b.features, b.target, b.champion, POLICY)
    sides = (
        (b.training, b.training_target, b.training_score),
        (b.features, b.target, b.champion),
    )
    yield "overfit", lambda: validate_overfit(*sides, POLICY)
    yield "seeds", lambda: validate_seeds(b.target, b.refits, POLICY)
    asked = grid(b.features.head(ASKED), {"f00": 1, "f03": 1, "f06": -1})
    answers = b.model.predict_proba(asked.table)[:, 1]
    yield "monotonicity", lambda: validate_monotonicity(asked, answers, POLICY)


def of_portfolio(b: Bank) -> Iterator[Step]:
    """The portfolio pack, and outcomes that come late or never."""
    data, own = portfolio(b.n), Definitions.built_in()
    yield "portfolio", lambda: validate_portfolio(data, own, POLICY)
    rng = np.random.default_rng(2)
    vintage = rng.integers(0, 6, b.n)
    bad_age = np.where(b.target > 0, rng.integers(1, 13, b.n), np.nan)
    followed = (12 - vintage).astype(float)
    month = np.where(bad_age <= followed, bad_age, np.nan)
    share = np.arange(1, 13) / 12
    yield (
        "back-test",
        lambda: validate_back_test(
            cumulative_defaults(vintage, followed, month, b.champion, share), POLICY
        ),
    )
    yield (
        "late labels",
        lambda: validate_delayed_labels(
            followed, month, 12, POLICY, vintage=vintage, true_rate=float(b.target.mean())
        ),
    )
    accepted = (b.champion < np.quantile(b.champion, 0.8)) | (rng.random(b.n) < 0.1)
    applicants = Applicants.of(
        b.champion, accepted.astype(float), np.where(accepted, b.target, np.nan)
    )
    yield (
        "reject inference",
        lambda: validate_reject_inference(applicants, POLICY, true_pd=b.true_pd),
    )
    alarms = {"CUSUM": rng.random((200, 48)) < np.where(np.arange(48) < 24, 0.002, 0.3)}
    yield "drift", lambda: validate_drift_detection(alarms, 24, POLICY)


def of_stress(b: Bank) -> Iterator[Step]:
    """Stress, limits, and the truth about both."""
    rng = np.random.default_rng(3)
    ead, partner = rng.lognormal(9, 0.7, b.n), rng.integers(0, 200, b.n).astype(str)
    book, true = (
        Book(p, ead, np.full(b.n, 0.7), 0.12 * ead, partner) for p in (b.champion, b.true_pd)
    )
    limit, region = rng.choice(LIMITS, b.n), b.groups["region"]
    by_limit = np.sort(rng.random((b.n, len(LIMITS))) * 0.2, axis=1)
    owed = by_limit * limit[:, None]
    yield "stress", lambda: validate_stress(b.champion, book, POLICY)
    yield "sensitivity", lambda: validate_sensitivity(book, POLICY)
    yield "reverse stress", lambda: validate_reverse_stress(book, POLICY)
    yield "reverse, true", lambda: validate_reverse_truth(book, true, POLICY)
    yield (
        "response",
        lambda: validate_limit_response(
            limit, b.champion, b.target, POLICY, ead=0.3 * limit, pd_by_limit=by_limit,
            observed_ead=0.3 * limit * rng.random(b.n), ead_by_limit=owed,
        ),
    )  # fmt: skip
    caps = {"exposure": np.full(b.n, 1e6)}
    yield (
        "caps",
        lambda: validate_limit_caps(
            limit, POLICY, house=caps, law=caps, partner=partner, region=region
        ),
    )
    truth = (by_limit, by_limit**1.1), (owed, owed**1.01)
    yield (
        "response, true",
        lambda: validate_response_truth(LIMITS, POLICY, pd_=truth[0], ead=truth[1]),
    )
    yield "need", lambda: validate_need_truth(limit, ead, b.groups, POLICY)
    none = np.zeros(b.n)
    older = Otherwise("age", limit, limit, b.champion * 0.01, none)
    yield "counterfactual", lambda: validate_counterfactual_truth([older], POLICY)
    lived = pd.DataFrame(
        {"default": b.target, "loss": b.target * ead, "profit": (0.1 - b.target) * ead}
    )
    yield (
        "lived through",
        lambda: validate_stressed_truth(lived, {"worse": lived}, float(ead.sum()), POLICY),
    )
    worth = 0.1 * ead * (1 - b.true_pd) - ead * b.true_pd
    yield (
        "truth",
        lambda: validate_against_truth(
            score=b.champion, true_pd=b.true_pd, model_value=worth, oracle_value=worth + 2
        ),
    )


def of_explanations(b: Bank) -> Iterator[Step]:
    """Explanations asked of the model again, and what a market's truth says of them."""
    rows, behind = b.features.head(EXPLAINED), b.training.head(100)

    def faithful() -> Results:
        said = as_attribution(explain(b.model, rows, behind))
        plan = Removals.planned(said.values, len(behind))
        answers = logit(b.model.predict_proba(plan.altered(rows, behind))[:, 1])
        found = plan.read(said.values, said.values.sum(axis=1) + said.base, answers)
        again = explain(b.model, noisy_features(rows, np.random.default_rng(0)), behind)
        kept = stability_of(said, again)
        figures = {
            "faithfulness_correlation": found.correlation,
            "faithfulness_deletion": found.deletion,
            "reason_stability": kept.kept,
        }
        return tuple(
            judge(f"explanation.{name}", figure, n=len(rows), policy=POLICY)
            for name, figure in figures.items()
        )

    yield "explanation", faithful
    log = pd.DataFrame({"estimator": ["ips", "snips", "dr"], "bias": [1.0, 0.5, 0.2], "se": 1.0})
    yield "off policy", lambda: validate_off_policy_truth(log, b.n, POLICY)
    advice = {"advised": 500.0, "validity": 0.7, "improvement": 0.8, "games": 0.1}
    yield "recourse", lambda: validate_recourse_truth(advice, POLICY)
    named = {"rank_correlation": 0.8, "sign_errors": 0.1, "top4_overlap": 0.6, "null_share": 0.1}
    yield "structure", lambda: validate_structure_truth(named, POLICY, rows=EXPLAINED)


def judged(b: Bank) -> tuple[Results, pd.DataFrame]:
    """Every result, and the seconds of each step with its tests and those not evaluated."""
    found: dict[str, ValidationResult] = {}
    rows = []
    for part in (of_scores, of_tables, of_portfolio, of_stress, of_explanations):
        for name, step in part(b):
            with Clock() as clock:
                came = step()
            results = (came,) if isinstance(came, ValidationResult) else came
            found |= {r.id: r for r in results if r.id not in found}
            gaps = sum(np.isnan(r.statistic) for r in results)
            rows.append((name, len(results), gaps, *clock.read))
    missing = sorted(set(CATALOGUE) - set(found))
    assert not missing, f"no result for {', '.join(missing)}"
    nameless = [r.id for r in found.values() if r.verdict is Verdict.NOT_EVALUATED and not r.reason]
    assert not nameless, f"no reason for {', '.join(nameless)}"
    columns = ["step", "results", "no figure", "seconds", "processor"]
    return tuple(found.values()), pd.DataFrame(rows, columns=columns)


def cells(b: Bank, results: Results) -> list[CellResult]:
    """Champion and challenger as a study leaves them."""
    made = []
    explained = as_attribution(explain(b.model, b.features.head(EXPLAINED), b.training.head(100)))
    for name, score in (("boosted", b.champion), ("line", b.challenger)):
        of = results if name == "boosted" else validate_scores(b.target, score, role="pd")
        made.append(
            CellResult(
                Cell("speed", name, name, "pd", "made up", 1, f"{len(made):032x}"),
                Status.OK,
                metrics=metrics_of(of),
                results=of,
                tables={"scored": pd.DataFrame({"score": score, "target": b.target})},
                attribution=explained,
                datasets=(DatasetRecord.of("accounts", "evaluation", b.features),),
                inputs=tuple(b.features.columns),
                outputs=("pd",),
            )
        )
    return made


def reported(made: list[CellResult]) -> pd.DataFrame:
    """Seconds of putting the report together, and of each format in each language."""
    with Clock() as clock:
        document = assemble(made, date="2026-12-01")
    rows = [("put together", "", *clock.read, 0.0)]
    with tempfile.TemporaryDirectory() as folder:
        for language in LANGUAGES:
            for kind in FORMATS:
                with Clock() as clock:
                    path = write_report(document, Path(folder) / f"{language}.{kind}", language)
                rows.append((kind, language, *clock.read, path.stat().st_size / 1e3))
    return pd.DataFrame(rows, columns=["format", "language", "seconds", "processor", "kB"])


def main() -> None:
    """Time each step once and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--features", type=int, default=30)
    asked = parser.parse_args()
    b = bank(asked.rows, asked.features)
    results, steps = judged(b)
    _print(steps, f"All {len(CATALOGUE)} tests on {b.n:,} rows × {asked.features} features")
    made = cells(b, results)
    files = reported(made)
    _print(files, "The report on champion and challenger")
    one = files[files["language"] != "zh"]
    print(f"Tests: {_said(steps)}. The report in English, all formats: {_said(one)}.")


def _said(table: pd.DataFrame) -> str:
    return f"{table['seconds'].sum():.1f} s, {table['processor'].sum():.1f} s of the processor"


def _print(table: pd.DataFrame, title: str) -> None:
    forms = {"seconds": "{:.2f}", "processor": "{:.2f}", "kB": "{:,.0f}"}
    rows = [
        [forms.get(c, "{}").format(row[c]) for c in table.columns] for _, row in table.iterrows()
    ]
    total = ["together", *("" for _ in table.columns[1:])]
    for name in ("seconds", "processor"):
        total[list(table.columns).index(name)] = f"{table[name].sum():.2f}"
    print_table(list(table.columns), [*rows, total], title, figures=3)


if __name__ == "__main__":
    main()
