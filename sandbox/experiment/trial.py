"""A trial: the tables a model may see, and a judge that it never meets."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.validation.result import ValidationResult

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scores:
    """What came out of the sandbox, checked: matrices by output name, in row order."""

    #: one array of n evaluation rows for each output of the model
    evaluation: Mapping[str, Floats]
    #: the same for the training rows; empty when the model was not fitted here
    training: Mapping[str, Floats]

    def risk(self) -> Floats:
        """The output that ranks by risk: `pd` where there is one, `score` otherwise."""
        name = next(n for n in ("pd", "score", *self.evaluation) if n in self.evaluation)
        return self.evaluation[name]

    def training_risk(self) -> Floats | None:
        """The same on the training rows."""
        names = [n for n in ("pd", "score", *self.training) if n in self.training]
        return self.training[names[0]] if names else None


@dataclass(frozen=True)
class Judgement:
    """What a judge found: figures, tests and tables, as they go into a `CellResult`."""

    metrics: Mapping[str, float]
    results: tuple[ValidationResult, ...]
    tables: Mapping[str, pd.DataFrame]
    params: Mapping[str, str] = field(default_factory=dict)


class Judge(Protocol):
    """Knows outcomes, truth and policy; gets only scores."""

    def __call__(self, scores: Scores) -> Judgement:
        """Judge the scores of the evaluation rows."""
        ...


@dataclass(frozen=True)
class Trial:
    """One world or portfolio, one role, one seed: what goes in, and who judges."""

    #: "limit", "fraud" or "pd"
    role: str
    #: n × d observed features, and labels with a float column `target` (NaN: never observed)
    training_features: pd.DataFrame
    training_labels: pd.DataFrame
    #: m × d observed features of other customers
    evaluation_features: pd.DataFrame
    judge: Judge
    #: m probabilities that a bank gave the evaluation rows itself, NaN where it gave none
    bank_scores: Floats | None = None
    #: what the order of the evaluation rows inside is drawn from; nothing that goes in tells it
    order_key: bytes = field(default_factory=lambda: secrets.token_bytes(16), repr=False)

    #: whether the rent in the tables is what is bought on credit
    rent_is_need: bool = False

    def order(self) -> NDArray[np.intp]:
        """The order in which the evaluation rows go into the sandbox.

        A table sorted by outcome would otherwise tell the outcome by position.
        """
        seed = int.from_bytes(hashlib.sha256(self.order_key).digest())
        return np.random.default_rng(seed).permutation(len(self.evaluation_features))
