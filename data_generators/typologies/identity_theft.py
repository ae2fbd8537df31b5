"""Third-party identity theft: a good customer's profile on a thief's fresh device and e-mail.

Legitimate look-alike: honest customers with a new phone, or who apply at night.
"""

import numpy as np
from numpy.typing import NDArray

from data_generators.profiles import Columns
from data_generators.scenarios import FraudMix
from data_generators.streams import Streams
from data_generators.typologies.contract import at


class IdentityTheft:
    """Someone else applies in a victim's name."""

    name = "identity_theft"

    def leave_traces(
        self, columns: Columns, who: NDArray[np.intp], mix: FraudMix, streams: Streams
    ) -> Columns:
        """A clean bureau file (the victim's), a young device and e-mail, a short session."""
        shown = 1 - mix.camouflage
        return at(
            columns,
            who,
            {
                # Times zero, not zero: a thin file stays a thin file.
                "bureau_overdue_24m": columns["bureau_overdue_24m"].astype(float) * 0.0,
                "bureau_90_plus_24m": columns["bureau_90_plus_24m"].astype(float) * 0.0,
                "court_enforcement": columns["court_enforcement"].astype(float) * 0.0,
                "device_age_days": _younger(columns["device_age_days"], shown, 0.04),
                "email_age_days": _younger(columns["email_age_days"], shown, 0.05),
                "session_seconds": _younger(columns["session_seconds"], shown, 0.4),
                "apply_hour": np.where(
                    streams.uniform("night") < shown,
                    np.floor(2.5 + 2.0 * streams.normal("night_hour")) % 24,
                    columns["apply_hour"].astype(float),
                ),
            },
        )


def _younger(column: NDArray[np.generic], shown: float, factor: float) -> NDArray[np.generic]:
    scaled: NDArray[np.generic] = column.astype(float) * factor**shown
    return scaled
