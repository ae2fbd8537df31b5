"""What a finished limit cell was judged on, had again: its customers, and the truth of them.

A cell keeps decisions and figures, no customers. They follow from the market, the sizes and the
two seeds, and the digest that the cell keeps of its evaluation table says whether they are the
same ones.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_generators import Decisions, World, scenarios
from data_generators.potential import REPLICAS, PotentialOutcomes
from sandbox.cell import CellResult, DatasetRecord
from sandbox.errors import BadInput
from sandbox.experiment.plan import SAMPLE
from sandbox.experiment.trial import Floats
from sandbox.features import credit_features
from sandbox.workspace import Workspace

#: the cells' own figure that stored truth has to give again, RMB a customer
_VALUE = "truth/profit_per_customer"


@dataclass(frozen=True)
class JudgedOn:
    """The customers that a cell's decisions are about."""

    world: World
    #: positions of the honest applicants in the world, a row of the cell's decisions each
    honest: NDArray[np.intp]
    #: their observed features, as models saw them
    features: pd.DataFrame

    def replayed(self, decisions: pd.DataFrame) -> pd.DataFrame:
        """What comes of decisions (`limit` and `price`), a row each honest applicant.

        Columns of `World.replay`. A price that is NaN is the market's.
        """
        limit = np.zeros(self.world.customers)
        limit[self.honest] = decisions["limit"]
        price = self.world.logged_decisions().price.copy()
        asked = decisions["price"].to_numpy(dtype=float)
        price[self.honest] = np.where(np.isnan(asked), price[self.honest], asked)
        outcomes = self.world.replay(Decisions.of(limit, price=price), progress=False)
        return outcomes.customers.iloc[self.honest].reset_index(drop=True)


def evaluation_seed_of(folder: Path, given: int | None = None) -> int:
    """The study's secret, from its folder, or the one given; BadInput when there is neither."""
    path = folder / "evaluation_seed"
    if given is not None:
        return given
    if not path.exists():
        raise BadInput(
            "The study was judged under an evaluation seed of its user's, which is not kept; give "
            "it again (--evaluation-seed)."
        )
    return int(path.read_text())


def evaluation_world(market: str, customers: int, months: int, seed: int, secret: int) -> World:
    """The world that cells of this market and seed are judged on."""
    words = np.random.SeedSequence([secret, seed])
    high, low = words.generate_state(2, np.uint64)
    return World(scenarios.by_name(market), customers, months, seed=int(high) << 64 | int(low))


def judged_on(result: CellResult, secret: int) -> JudgedOn:
    """The customers of a cell; BadInput where they cannot be had again."""
    name = result.cell.run_name
    if result.cell.scenario not in scenarios.catalogue():
        raise BadInput(
            f"{name} was tried on a market that is not in the catalogue, so that its customers "
            "cannot be had again; a page can be made of markets in the catalogue."
        )
    customers, months = (int(result.params[f"world.{size}"]) for size in ("customers", "months"))
    world = evaluation_world(result.cell.scenario, customers, months, result.cell.seed, secret)
    honest = np.flatnonzero(world.truth.fraud() == "")
    applications = world.observed().applications.iloc[honest].reset_index(drop=True)
    features = credit_features(applications, list(result.inputs))
    found = DatasetRecord.of("", "evaluation", features).digest
    if found not in {each.digest for each in result.datasets if each.context == "evaluation"}:
        raise BadInput(
            f"The customers of {name} cannot be had again: the evaluation seed, the market or "
            "this program is another than when the study ran; run the study again, or give its "
            "evaluation seed (--evaluation-seed)."
        )
    return JudgedOn(world, honest, features)


def truth_of(
    judged: JudgedOn, workspace: Workspace, results: tuple[CellResult, ...]
) -> PotentialOutcomes:
    """Expected outcomes of the world's first customers at every limit.

    From the store where it has those that the cells were judged by, or computed, which takes a
    minute for a sample of 4,096.
    """
    world = judged.world
    sample = world.reseeded(world.seed, customers=min(SAMPLE, world.customers))
    for path in sorted((workspace.root / "truth").glob(f"{sample.digest}-*.npz")):
        stored = PotentialOutcomes.load(path)
        if all(_gives_again(stored, judged, each) for each in results):
            return stored
    asked = pd.concat([each.tables["decisions"]["price"] for each in results]).dropna().unique()
    market = np.unique(world.logged_decisions().price)
    own = [float(each) for each in asked if np.abs(market - each).min() > 1e-9]
    return sample.truth.potential_outcomes(REPLICAS, own[0] if own else None, progress=False)


def true_value(truth: PotentialOutcomes, judged: JudgedOn, limit: Floats) -> Floats:
    """Expected profit of each honest applicant whom the truth is known of, RMB."""
    known = judged.honest < len(truth.pd)
    everyone = np.zeros(len(truth.pd))
    everyone[judged.honest[known]] = limit[known]
    return truth.at(truth.profit_to_score, everyone)[judged.honest[known]]


def _gives_again(truth: PotentialOutcomes, judged: JudgedOn, result: CellResult) -> bool:
    limit = result.tables["decisions"]["limit"].to_numpy(dtype=float)
    found = float(true_value(truth, judged, limit).mean())
    return bool(np.isclose(found, result.metrics[_VALUE], rtol=1e-9, atol=1e-9))
