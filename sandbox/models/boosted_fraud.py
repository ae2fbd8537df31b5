"""Boosted trees that predict confirmed fraud."""

from sandbox.models.boosted_trees import BoostedTrees


class BoostedFraud(BoostedTrees):
    """Probability of confirmed fraud at application, by histogram gradient boosting.

    Shallower and more heavily regularised than the PD model, because confirmed frauds are few:
    near one application in a hundred, and only those that were approved and found out.
    """

    name = "boosted fraud"
    role = "fraud"
    outputs = ("score",)
    explained = "log-odds of confirmed fraud"

    def __init__(
        self,
        *,
        trees: int = 120,
        depth: int = 3,
        learning_rate: float = 0.05,
        smallest_leaf: int = 30,
        random_state: int = 0,
    ) -> None:
        super().__init__(
            trees=trees,
            depth=depth,
            learning_rate=learning_rate,
            smallest_leaf=smallest_leaf,
            random_state=random_state,
        )
