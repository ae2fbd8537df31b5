"""A small study, and models for it that fail or that tell what they were shown."""

import numpy as np

import data_generators as dg
import sandbox as sb
from sandbox.experiment import Study

WORLD = dg.World(dg.scenarios.online_rental, customers=2_500, months=24, seed=5)


class Raises:
    """A model whose fit fails."""

    name, family, role, outputs = "raises", "test", "limit", ("pd",)

    def fit(self, features, labels):
        raise RuntimeError("no luck today")

    def predict(self, features):
        return np.zeros((len(features), 1))


class Recorder:
    """A model that answers with what it was shown: the number of its columns."""

    name, family, role, outputs = "recorder", "test", "limit", ("pd", "columns")

    def fit(self, features, labels):
        self.label_columns = list(labels.columns)
        return self

    def predict(self, features):
        told = np.full(len(features), float(features.shape[1]))
        return np.column_stack([np.linspace(0.01, 0.2, len(features)), told])


def study(tmp_path, models, **fields):
    given = {
        "worlds": [WORLD],
        "seeds": [1],
        "level": "none",
        "jobs": 1,
        "workspace": sb.Workspace(tmp_path / "results"),
        "evaluation_seed": 9,
        "replicas": 4,
        **fields,
    }
    return Study("a study", models=models, **given)
