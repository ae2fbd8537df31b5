"""What fraud by application has in common: someone applies, and leaves traces in the columns."""

import numpy as np
from numpy.typing import NDArray

from data_generators.profiles import Columns
from data_generators.scenarios import FraudMix
from data_generators.streams import Streams
from data_generators.typologies.traces import Trace, leave


class ByApplication:
    """All of a `Typology` but its name, its traces and when it stops to pay."""

    name: str
    denominator = "applications"
    traces: tuple[Trace, ...]

    def leave_traces(
        self, columns: Columns, who: NDArray[np.intp], mix: FraudMix, streams: Streams
    ) -> Columns:
        """Columns in which each case shows some of `traces`; see `Typology.leave_traces`."""
        return leave(self.name, self.traces, columns, who, mix, streams)
