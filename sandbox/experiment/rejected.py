"""Applicants whom the incumbent accepted and rejected, with the truth of both."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_generators import Decisions, World
from sandbox.errors import BadInput
from sandbox.experiment.trial import Floats
from sandbox.features import credit_features
from sandbox.models import BoostedPD
from sandbox.validation.applicants import Applicants

#: RMB at which outcomes of accepted and truth of rejected are both taken
LIMIT = 10_000.0


@dataclass(frozen=True)
class Selection:
    """One world's honest applicants as reject inference sees them, and what it is held against."""

    applicants: Applicants
    #: n true PDs at the limit, of accepted and rejected alike
    true_pd: Floats
    #: n flags: decided at random, without regard to risk
    at_random: NDArray[np.bool_]


def selection(
    training: World, world: World, *, limit: float = LIMIT, replicas: int = 16
) -> Selection:
    """Accepted and rejected of `world`, scored by models fitted to `training`.

    Whoever the incumbent accepted has `limit` (RMB), so that accepted and rejected differ by whom
    they are and not by what they were granted; outcomes of accepted ones who took the offer are
    observed. Score and probability of acceptance are those of boosted trees on the features that
    the bank has, learnt from the training world; the incumbent knew more.
    """
    if not limit > 0:
        raise BadInput(f"limit={limit:g}; give a limit above 0 RMB.")
    if training.scenario != world.scenario or training.seed == world.seed:
        raise BadInput("Give two worlds of one scenario with unlike seeds.")
    seen, taught = _log(training, limit)
    asked, taken = _log(world, limit, list(seen.columns))
    # a target of NaN is left out: those who were not accepted, or did not take the offer
    score = _fitted(seen, taught["target"]).predict(asked)[:, 0]
    declined = _fitted(seen, (~taught["accepted"]).astype(float)).predict(asked)[:, 0]
    honest = world.truth.fraud() == ""
    true_pd = world.truth.true_pd(np.full(world.customers, limit), replicas)[honest]
    found = Applicants.of(
        score[honest],
        taken["accepted"].to_numpy()[honest],
        taken["target"].to_numpy()[honest],
        1.0 - declined[honest],
    )
    return Selection(found, true_pd, taken["at_random"].to_numpy()[honest])


def _fitted(features: pd.DataFrame, target: "pd.Series[float]") -> BoostedPD:
    labels = pd.DataFrame({"target": target.to_numpy(dtype=float)})
    return BoostedPD().fit(features, labels)


def _log(
    world: World, limit: float, columns: list[str] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Features; and `accepted`, `at_random`, `target` (NaN not observed)."""
    observed = world.observed()
    accepted = world.logged_decisions().limit > 0
    price = world.scenario.economics.apr
    granted = Decisions.of(np.where(accepted, limit, 0.0), price=price)
    happened = world.replay(granted, progress=False).customers
    target = happened["default"].to_numpy(dtype=float)
    target = np.where(accepted & happened["taken"].to_numpy(), target, np.nan)
    at_random = observed.decisions["explored"].to_numpy(dtype=bool)
    log = pd.DataFrame({"accepted": accepted, "at_random": at_random, "target": target})
    features = credit_features(observed.applications, columns)
    return features, log
