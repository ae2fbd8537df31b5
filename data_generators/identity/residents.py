"""Personal data of the customers of a world, in line with what else is seen of them."""

from typing import TYPE_CHECKING

import pyarrow as pa

from data_generators.identifiers import owner
from data_generators.identity import draw_identities
from data_generators.profiles import draw_region
from data_generators.streams import Floats, Streams

if TYPE_CHECKING:
    from data_generators.residents import Residents

#: mean days of a year
_YEAR = 365.2425
#: of a year: how near to a birthday nobody is at the application, so that leap years, which
#: shift a birthday by up to two days, change nobody's age
_MARGIN = 0.01


def identities_of(residents: "Residents", locale: str = "zh_CN") -> pa.Table:
    """One row a customer of a block, with the columns of `IDENTITIES`.

    Completed years on the day of the application are the `age` of `applications`, the region is
    that of `profiles`, and who has a business is a business there too. Where `applications` have
    one `address_id`, or one `phone_id`, so have the addresses and the phone numbers here.
    """
    streams = residents.streams
    seen = residents.applications.observed
    home = owner(seen["address_id"], "address_id", streams)
    return draw_identities(
        streams,
        _age(residents, streams),
        draw_region(home, streams),
        residents.traits.business,
        residents.markets[0].scenario.start,
        locale,
        home,
        owner(seen["phone_id"], "phone_id", streams),
    )


def _age(residents: "Residents", streams: Streams) -> Floats:
    """Years on the scenario's first day, with what is past of the running one."""
    seen = residents.applications.observed
    age: Floats = seen["age"].astype(float)
    past = _MARGIN + (1 - 2 * _MARGIN) * streams.uniform("birthday")
    return age + past - seen["apply_day"].astype(float) / _YEAR
