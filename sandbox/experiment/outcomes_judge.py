"""What came of a limit model's scores in time: periods, back-test, late labels, the rejected."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.experiment.drift_streams import LEAST_KNOWN, drifting
from sandbox.experiment.origination import WINDOW, Origination
from sandbox.experiment.trial import Floats, Scores
from sandbox.models.limit_grid import REFERENCE_LIMIT
from sandbox.validation import delayed_labels, drift_delay, out_of_time, reject_bias
from sandbox.validation.applicants import Applicants
from sandbox.validation.back_test import cumulative_defaults, validate_back_test
from sandbox.validation.judge import not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult

if TYPE_CHECKING:
    from sandbox.experiment.limit_judge import LimitJudge

Found = tuple[ValidationResult, ...]

#: a world's two halves are of the same year, so that no case is later than the model
SAME_YEAR = "training and evaluation are of the same year"
BIAS = "outcomes.label_bias"
ALL_IN = "models of a study learn from labels that are all in"
UNDATED = "it is not known when customers applied"


@dataclass(frozen=True)
class OutcomesInTime:
    """A model's scores and decisions, with the dates of those whom they are about."""

    judge: "LimitJudge"
    scores: Scores
    #: outcomes under the incumbent, NaN where there is no account
    target: Floats
    decisions: pd.DataFrame
    #: rows of the replay of the decisions
    happened: pd.DataFrame

    def results(self, policy: Policy) -> Found:
        """Every test of the families `out_of_time` and `outcomes`, and of the truth of both."""
        when = self.judge.origination
        return (
            *self._out_of_time(when, policy),
            *validate_back_test(None if when is None else self._back_test(when), policy),
            *self._late_labels(when, policy),
            *self._rejected(policy),
            *self._drift(policy),
        )

    @property
    def accepted(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Whom of the rows the incumbent granted a limit."""
        return self.judge.logged.limit[self.judge.honest] > 0

    def _out_of_time(self, when: Origination | None, policy: Policy) -> Found:
        risk, n = self.scores.risk(), len(self.target)
        if when is None:
            tests = (*out_of_time.CHANGES, *out_of_time.TRENDS, "out_of_time.through_the_door")
            return tuple(not_evaluated(t, UNDATED, n=n, policy=policy) for t in tests)
        return out_of_time.validate_out_of_time(
            self.target, risk, when.quarter, policy, accepted=self.accepted, reason=SAME_YEAR
        )

    def _back_test(self, when: Origination) -> pd.DataFrame:
        """Accounts that the decisions opened, by quarter of origination and month on book."""
        opened = self.happened["taken"].to_numpy(dtype=bool)
        months = np.full(int(opened.sum()), self.judge.world.months)
        if not len(months):
            return pd.DataFrame(columns=["vintage", "mob", "accounts", "defaults", "expected_rate"])
        return cumulative_defaults(
            when.quarter[opened],
            months,
            self.happened["default_month"].to_numpy(dtype=float)[opened],
            np.clip(self.decisions["pd"].to_numpy(dtype=float)[opened], 0.0, 1.0),
            when.hazard_share,
        )

    def _late_labels(self, when: Origination | None, policy: Policy) -> Found:
        """The incumbent's accounts as known on day `origination.READ_ON`, and what came of them."""
        labels = None if when is None else when.labels
        if labels is None:
            why = UNDATED if when is None else f"accounts are followed for {WINDOW} months or less"
            return tuple(not_evaluated(t, why, n=0, policy=policy) for t in delayed_labels.TESTS)
        found = delayed_labels.validate_delayed_labels(
            labels.age,
            labels.bad_age,
            float(WINDOW),
            policy,
            vintage=np.floor(labels.age),
            true_rate=labels.true_rate,
        )
        # the reading day shows what a correction is worth; it is none that a model had to live with
        return tuple(
            not_evaluated(r.id, ALL_IN, n=r.n, policy=policy) if r.id == BIAS else r for r in found
        )

    def _rejected(self, policy: Policy) -> Found:
        """Reject inference by this model's PDs, on the rows whose truth is known.

        The rejected have the true PD of the median limit of those accepted.
        """
        known = self.judge.known
        accepted = self.accepted[:known]
        try:
            applicants = Applicants.of(
                np.clip(self.scores.risk()[:known], 0.0, 1.0), accepted, self.target[:known]
            )
        except BadInput as reason:
            why = str(reason).removesuffix(".")
            return tuple(not_evaluated(t, why, n=known, policy=policy) for t in reject_bias.TESTS)
        return reject_bias.validate_reject_inference(
            applicants, policy, true_pd=self._true_pd(accepted)
        )

    def _true_pd(self, accepted: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Floats:
        judge = self.judge
        rows = judge.honest[: judge.known]
        limit = judge.logged.limit[: len(judge.potential.pd)].copy()
        usual = np.median(limit[rows[accepted]]) if accepted.any() else REFERENCE_LIMIT
        limit[rows[~accepted]] = usual
        found = judge.potential.at(judge.potential.pd, limit)[rows]
        return np.clip(found, 0.0, 1.0)

    def _drift(self, policy: Policy) -> Found:
        """Streams of applicants among whom, from one month on, more are truly risky."""
        known, tests = self.judge.known, drift_delay.TESTS
        if known < LEAST_KNOWN:
            why = f"the true PD of {known} applicants is known; at least {LEAST_KNOWN} needed"
            return tuple(not_evaluated(t, why, n=known, policy=policy) for t in tests)
        risk = self.scores.risk()[:known]
        if np.ptp(risk) == 0:
            why = f"all {known} scores are the same"
            return tuple(not_evaluated(t, why, n=known, policy=policy) for t in tests)
        true = self._true_pd(self.accepted[:known])
        alarms, change = drifting(risk, true, self.judge.world.seed)
        return drift_delay.validate_drift_detection(alarms, change, policy)
