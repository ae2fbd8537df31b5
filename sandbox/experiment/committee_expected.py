"""What a study's model expects at every limit, for the what-if: asked again, in its sandbox."""

import numpy as np
import pandas as pd

from sandbox.cell import CellResult
from sandbox.errors import SandboxError
from sandbox.experiment.judged_again import JudgedOn
from sandbox.experiment.market_policy import profit_policy, speaks_of_limits
from sandbox.isolation import Artefact, Status, worker
from sandbox.isolation.artefacts.kinds import Kind
from sandbox.policy import LimitPolicy
from sandbox.policy.applicants import tenor_of
from sandbox.policy.economics import Economics
from sandbox.policy.expected import Expected
from sandbox.policy.limit_scores import behaviour_of
from sandbox.policy.profit_policy import ProfitPolicy
from sandbox.policy.what_if import Assumptions
from sandbox.policy.what_if_ceilings import ceilings


def expected_by(
    result: CellResult, judged: JudgedOn, house: LimitPolicy
) -> tuple[Expected, Assumptions] | str:
    """What the cell's model expects by limit, and what its policy assumed; or why that is lost.

    The fitted model is opened in a sandbox of the level and limits that it was tried under, and
    its policy has to decide again what the cell keeps; otherwise it is not that policy.
    """
    name = result.cell.model
    if not speaks_of_limits(result.outputs):
        return f"{name} gives one pd and no expectation of each limit."
    if result.model_blob is None:
        return f"the study keeps no copy of {name} to ask again."
    try:
        scores = _scored(result, judged.features)
    except SandboxError as error:
        return f"{name} could not be asked again ({str(error).rstrip('.')})."
    if isinstance(scores, str):
        return f"{name} did not answer when it was asked again: {scores}"
    market, months = judged.world.scenario, judged.world.months
    policy = profit_policy(market, months, house, result.params["policy.caps"])  # type: ignore[arg-type]
    decisions, stored = policy.decide(judged.features, scores), result.tables["decisions"]
    if not np.allclose(decisions["limit"], stored["limit"]):
        return f"{name} was run under another policy of the house than the usual one."
    return _expected(policy, decisions, scores, judged), _base(policy)


def _scored(result: CellResult, features: pd.DataFrame) -> pd.DataFrame | str:
    """The model's scores, or why there are none."""
    assert result.model_blob is not None
    artefact = Artefact(Kind(result.model_kind), result.model_blob)
    held = result.evidence[-1]
    with worker(level=held.level, limits=held.limits) as place:
        answer = place.score(artefact, features, result.outputs)
    if answer.status is not Status.OK or answer.value is None:
        return answer.reason
    return pd.DataFrame(answer.value, columns=list(result.outputs))


def _expected(
    policy: ProfitPolicy, decisions: pd.DataFrame, scores: pd.DataFrame, judged: JudgedOn
) -> Expected:
    behaviour, partner = behaviour_of(scores), None
    applications = judged.world.observed().applications
    if "partner_id" in applications:
        partner = ("partner " + applications["partner_id"].astype(str)).to_numpy(str)
        partner = partner[judged.honest]
    return Expected.of_behaviour(
        behaviour,
        policy.profit,
        wanted=decisions["limit"].to_numpy(dtype=float),
        score=decisions["pd"].to_numpy(dtype=float),
        price=decisions["price"].to_numpy(dtype=float),
        tenor=tenor_of(judged.features),
        partner=partner,
        ceiling=ceilings(policy, judged.features, behaviour.limits),
    )


def _base(policy: ProfitPolicy) -> Assumptions:
    """The policy's own cut-off, the economics' LGD and cost of funds; other caps are ceilings."""
    economics: Economics = policy.profit.economics
    cut_off = None if policy.house is None else policy.house.pd_cutoff
    return Assumptions(
        cut_off=1.0 if cut_off is None else cut_off,
        lgd=economics.lgd,
        cof=economics.cof,
        cap=float("inf"),
    )
