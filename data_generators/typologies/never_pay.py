"""First-party never-pay: borrows in the own name without meaning to repay.

Legitimate look-alike: honest people in need also shop around and ask for much.
"""

import numpy as np
from numpy.typing import NDArray

from data_generators.profiles import Columns
from data_generators.scenarios import FraudMix
from data_generators.streams import Streams
from data_generators.typologies.contract import at


class NeverPay:
    """An applicant who overstates income, asks everywhere, and takes the money."""

    name = "never_pay"

    def leave_traces(
        self, columns: Columns, who: NDArray[np.intp], mix: FraudMix, streams: Streams
    ) -> Columns:
        """Inflated declared income, many recent inquiries, a high amount asked for."""
        shown = 1 - mix.camouflage
        inquiries = streams.poisson("loan_shopping", np.full(streams.size, 7.0 * shown))
        return at(
            columns,
            who,
            {
                "declared_income": columns["declared_income"].astype(float) * (1 + 0.8 * shown),
                "bureau_inquiries_6m": columns["bureau_inquiries_6m"].astype(float) + inquiries,
                "requested_amount": columns["requested_amount"].astype(float) * (1 + 0.9 * shown),
            },
        )
