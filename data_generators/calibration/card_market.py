"""What makes a scenario a portfolio of cards: a fitted book, and the table it was fitted to."""

from dataclasses import dataclass

from data_generators.calibration.card_parameters import CardBook
from data_generators.calibration.panel import PanelMapping
from data_generators.errors import InvalidInput


@dataclass(frozen=True)
class CardMarket:
    """A book of cards, the columns it is seen in, and where it comes from."""

    book: CardBook
    mapping: PanelMapping
    #: accounts of the table that the fit saw
    rows: int
    #: mean squared misfit in tolerances: of the first guess, then after each step
    misfit: tuple[float, ...]

    def __post_init__(self) -> None:
        for name, kind in (("book", CardBook), ("mapping", PanelMapping)):
            if not isinstance(getattr(self, name), kind):
                raise InvalidInput(
                    f"cards.{name} is {getattr(self, name)!r}; it must be a {kind.__name__}."
                )
        if self.rows < 1:
            raise InvalidInput(f"cards.rows is {self.rows}; it must be at least 1.")

    @property
    def months(self) -> int:
        """Statements of an account: as many as the table has."""
        return len(self.mapping.bills)

    @property
    def limit_grid(self) -> tuple[float, ...]:
        """0 and the limits at the book's quantiles, on the bank's own steps, rising."""
        import numpy as np

        rule = self.book.limit
        steps = np.maximum(np.rint(np.exp(rule.log_quantiles) / rule.step), 1.0) * rule.step
        return (0.0, *(float(limit) for limit in np.unique(steps)))
