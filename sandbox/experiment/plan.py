"""What a study is going to do: one plan a cell, identified by a digest of all that matters."""

import hashlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from data_generators import World
from data_generators.potential import REPLICAS, PotentialOutcomes
from sandbox.cell import FORMAT, Cell
from sandbox.errors import BadInput
from sandbox.experiment.entrant import Entrant
from sandbox.experiment.fraud_trial import fraud_trial
from sandbox.experiment.limit_trial import check_market, limit_trial
from sandbox.experiment.portfolio_trial import fitted_before_trial, portfolio_trial
from sandbox.experiment.trial import Trial
from sandbox.isolation.limits import Limits
from sandbox.isolation.outcome import Level
from sandbox.policy import LimitPolicy
from sandbox.portfolio import Portfolio
from sandbox.workspace import written_whole

#: customers whose potential outcomes are computed, the first of the evaluation world: fewer than
#: the 10,000 of reference figures, so that a study of three seeds takes minutes
SAMPLE = 4_096


@cache
def code_digest() -> str:
    """Hex digest of both packages' sources: results of other code are not these results.

    With the tables that decide with it (regulation, validation's thresholds).
    """
    root = Path(__file__).parents[2]
    digest = hashlib.sha256()
    for package in ("data_generators", "sandbox"):
        files = (root / package).rglob("*")
        for path in sorted(path for path in files if path.suffix in {".py", ".yaml"}):
            digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class CellPlan:
    """All that one cell needs; travels to a worker process of the study."""

    study: str
    entrant: Entrant
    arena: World | Portfolio
    seed: int
    #: secret until the models are frozen; 128 bits
    evaluation_seed: int
    level: Level
    limits: Limits
    policy: LimitPolicy
    #: where potential outcomes are kept between cells
    truth_folder: Path
    #: replicas of noise that the oracle chooses by, and as many that everyone is scored on
    replicas: int = REPLICAS
    #: how often each model is trained again on other draws of its rows, to see how it scatters
    refits: int = 0
    #: digest of the code, as it was when the study was planned: processes that start later would
    #: read sources that were edited since
    code: str = field(default_factory=lambda: code_digest())

    @property
    def cell(self) -> Cell:
        """Name and digest; equal digests mean equal results."""
        parts = (
            FORMAT,
            self.code,
            self.entrant.digest,
            self.entrant.name,
            self.entrant.role,
            self.entrant.outputs,
            self.entrant.fitted_here,
            self.entrant.caps,
            self.arena.name,
            self.training.digest,
            self.seed,
            self.evaluation_seed,
            self.level.value,
            self.limits,
            self.policy,
            self.replicas,
            self.refits,
        )
        return Cell(
            study=self.study,
            model=self.entrant.name,
            family=self.entrant.family,
            role=self.role,
            scenario=self.arena.name,
            seed=self.seed,
            digest=hashlib.sha256(repr(parts).encode()).hexdigest()[:24],
        )

    @property
    def role(self) -> str:
        """A PD model tried on a world is judged by the limits that a policy makes of its pd."""
        on_world = isinstance(self.arena, World)
        return "limit" if on_world and self.entrant.role == "pd" else self.entrant.role

    @property
    def training(self) -> World | Portfolio:
        """The world models learn from, under the cell's seed."""
        return self.arena.reseeded(self.seed) if isinstance(self.arena, World) else self.arena

    @property
    def params(self) -> dict[str, str]:
        """What tells this cell from another of the same name, as short values."""
        if isinstance(self.arena, World):
            size = {"world.customers": self.arena.customers, "world.months": self.arena.months}
        else:
            size = {"portfolio.accounts": len(self.arena.features)}
        return {**self.entrant.params, **{name: str(value) for name, value in size.items()}}

    @property
    def evaluation(self) -> World:
        """Other customers of the same market, under a seed no model is shown."""
        if not isinstance(self.arena, World):
            raise BadInput(f"{self.arena.name} is a portfolio; it has no other customers.")
        words = np.random.SeedSequence([self.evaluation_seed, self.seed])
        high, low = words.generate_state(2, np.uint64)
        return self.arena.reseeded(int(high) << 64 | int(low))

    @property
    def potential_file(self) -> Path:
        """Where the potential outcomes of the evaluation world's first customers are kept."""
        parts = (_sample(self.evaluation).digest, self.replicas, f"{self.policy.price}")
        return self.truth_folder / f"{'-'.join(map(str, parts))}-{self.code[:12]}.npz"

    def check(self) -> None:
        """BadInput when the model cannot be tried on this world or portfolio."""
        if isinstance(self.arena, World):
            if self.role == "limit":
                check_market(self.arena.scenario, self.arena.months)
        elif self.role != "pd":
            raise BadInput(
                f"{self.entrant.name} is a {self.role} model; a portfolio judges pd models."
            )

    def trial(self) -> Trial:
        """Build the trial; potential outcomes come from their file when it is there."""
        if isinstance(self.arena, Portfolio):
            if not self.entrant.fitted_here:
                return fitted_before_trial(self.arena)
            return portfolio_trial(self.arena, self.seed)
        training = self.arena.reseeded(self.seed)
        if self.role == "fraud":
            return fraud_trial(training, self.evaluation)
        caps = self.entrant.caps or "house and law"
        return limit_trial(training, self.evaluation, prepare(self), self.policy, caps)


def prepare(plan: CellPlan) -> PotentialOutcomes:
    """Potential outcomes for a limit cell, from their file once they are there."""
    if not plan.potential_file.exists():
        truth = _sample(plan.evaluation).truth
        computed = truth.potential_outcomes(plan.replicas, plan.policy.price, progress=False)
        with written_whole(plan.potential_file) as partial:
            computed.save(partial)
    return PotentialOutcomes.load(plan.potential_file)


def _sample(world: World) -> World:
    """The world's first customers: the same people, whatever the world's size."""
    return world.reseeded(world.seed, customers=min(SAMPLE, world.customers))
