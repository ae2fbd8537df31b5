"""What measures read off: a world with what several figures need of it, and one value of it."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_generators.fidelity.figures import Number
from data_generators.streams import Floats

if TYPE_CHECKING:
    from data_generators.observation import Observed
    from data_generators.world import World


@dataclass(frozen=True)
class Reading:
    """A world's own value of a figure, or what is missing for one."""

    #: None when it cannot be measured; NaN in a tuple where a group is empty
    value: Number | None
    #: the circumstances that belong to the value: at which limit, on whom
    note: str = ""
    #: what the world would need
    missing: str = ""


@dataclass(frozen=True)
class Run:
    """A world and what several figures need of it, made once."""

    world: "World"

    @cached_property
    def observed(self) -> "Observed":
        """What the bank sees: the incumbent's log and what came of it."""
        return self.world.observed()

    @cached_property
    def traits(self) -> pd.DataFrame:
        """Latent traits, a row a customer."""
        return self.world.truth.traits()

    def offered(self, product: str) -> NDArray[np.bool_]:
        """Customers who are offered this product."""
        who: NDArray[np.bool_] = self.traits["product"].to_numpy(dtype=str) == product
        return who

    def accounts_of(self, product: str) -> pd.DataFrame:
        """Observed accounts of one product."""
        accounts = self.observed.accounts
        mine = self.offered(product)[accounts["customer_id"].to_numpy()]
        part: pd.DataFrame = accounts.loc[mine]
        return part

    @cached_property
    def typology(self) -> NDArray[np.str_]:
        """Fraud typology of each application, "" for honest ones."""
        return self.world.truth.fraud()

    @cached_property
    def limit(self) -> Floats:
        """The incumbent's limits, RMB, a customer each."""
        return self.observed.decisions["credit_limit"].to_numpy()

    @cached_property
    def holders(self) -> NDArray[np.bool_]:
        """Customers with an account who applied honestly."""
        has_account = np.zeros(self.world.customers, dtype=bool)
        has_account[self.observed.accounts["customer_id"].unique()] = True
        honest: NDArray[np.bool_] = self.typology == ""
        return has_account & honest
