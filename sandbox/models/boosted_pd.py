"""Boosted trees that predict default: the challenger a scorecard is measured against."""

from sandbox.models.boosted_trees import BoostedTrees


class BoostedPD(BoostedTrees):
    """Probability of default by histogram gradient boosting; see `BoostedTrees`.

    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> x = pd.DataFrame({"utilisation": rng.uniform(size=400)})
    >>> y = pd.DataFrame({"target": (rng.uniform(size=400) < x["utilisation"]).astype(float)})
    >>> low, high = BoostedPD(trees=20).fit(x, y).predict(pd.DataFrame({"utilisation": [0.1, 0.9]}))
    >>> bool(low < high)
    True
    """

    name = "boosted PD"
    outputs = ("pd",)
    explained = "log-odds of default"

    def __init__(
        self,
        *,
        trees: int = 120,
        depth: int = 4,
        learning_rate: float = 0.06,
        smallest_leaf: int = 20,
        random_state: int = 0,
        role: str = "pd",
    ) -> None:
        super().__init__(
            trees=trees,
            depth=depth,
            learning_rate=learning_rate,
            smallest_leaf=smallest_leaf,
            random_state=random_state,
        )
        #: what it is judged as: "pd", or "limit" where a policy grants limits from its pd
        self.role = role
