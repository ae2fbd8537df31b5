"""Attacks on what a model is judged on, from inside: by position, by names, by a guessed seed."""

import re

import numpy as np

#: a small market, drawn again in well under a second
CUSTOMERS, MONTHS, SEEDS = 100, 6, range(3)


class ByPosition:
    """Right wherever a table is sorted by its outcome."""

    outputs = ("pd",)
    role = "pd"

    def predict(self, features):
        return np.linspace(0.9, 0.1, len(features))[:, None]


class Rummaging:
    """1 where any of the words is a column, an attribute or in memory that was shared with it."""

    outputs = ("pd",)
    role = "pd"

    def __init__(self, words):
        # not as they are: the model's own bytes are among the shared memory
        self.words = [word[::-1] for word in words]

    def predict(self, features):
        words = [word[::-1] for word in self.words]
        said = " ".join(map(str, [*features.columns, *features.attrs]))
        seen = said.encode() + self._memory()
        found = any(re.search(rb"\b" + word.encode() + rb"\b", seen) for word in words)
        return np.full((len(features), 1), float(found))

    def _memory(self):
        held = b""
        with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
            for line in maps:
                if "/memfd:" in line:
                    start, end = (int(x, 16) for x in line.split()[0].split("-"))
                    memory.seek(start)
                    held += memory.read(end - start)
        return held


class Regenerating:
    """Draws the market again from seeds that it guesses until the features are those it sees."""

    outputs = ("pd",)
    role = "pd"

    def predict(self, features):
        try:
            return self._labels(features["declared_income"].to_numpy())[:, None]
        except ImportError:
            return np.full((len(features), 1), 0.5)

    def _labels(self, incomes):
        for seed in SEEDS:
            applications, labels = market(seed)
            if np.array_equal(applications["declared_income"].to_numpy(), incomes):
                return labels
        return np.full(len(incomes), 0.5)


def market(seed):
    """The applications of a world, and a label that only its truth tells."""
    import data_generators as dg

    world = dg.World(dg.scenarios.online_rental, customers=CUSTOMERS, months=MONTHS, seed=seed)
    ability = world.truth.traits()["ability"].to_numpy()
    return world.observed().applications, (ability < np.median(ability)).astype(float)
