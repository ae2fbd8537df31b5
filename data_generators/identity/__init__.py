"""Personal data that belongs to nobody, consistent within a person.

Names, numbers, addresses and employers are put together from pools that Faker fills once a
process; a person's name, e-mail, region, city, birth date, sex and ID agree. Each module of a
locale (`zh_cn`, `en_us`) says why its numbers are nobody's. Another locale is another such module
and a line in `locales`.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data_generators.errors import InvalidInput
from data_generators.households import as_positions
from data_generators.identity import columns
from data_generators.identity.births import birth_days
from data_generators.identity.locales import (
    LOCALES,
    REGIONS,
    pools_of,
    provenance,
    region_names,
    region_shares,
)
from data_generators.identity.pools import People
from data_generators.identity.table import IDENTITIES
from data_generators.streams import Floats, Ints, Streams

__all__ = [
    "IDENTITIES",
    "LOCALES",
    "REGIONS",
    "draw_identities",
    "provenance",
    "region_names",
    "region_shares",
]


def draw_identities(
    streams: Streams,
    age: Floats,
    region: Ints,
    business: NDArray[np.bool_],
    on: str,
    locale: str = "zh_CN",
    home: Ints | None = None,
    line: Ints | None = None,
) -> pa.Table:
    """One row a customer of `streams`, with the columns of `IDENTITIES`.

    `age` is in years on the day `on` (YYYY-MM-DD), `region` an index into `region_names(locale)`;
    where `business`, the customer is a micro-business: it has a name and a registration of its
    own and its owner no employer. `home` and `line` are positions in the block of the customers
    whose address and phone they have, their own by default; who shares a home has one region. The
    draw is a function of the streams' key and of the
    customer's own row. InvalidInput for an unknown locale, and for an age, a region, a day or a
    length that cannot be.

    >>> from data_generators.streams import Block
    >>> nobody = draw_identities(
    ...     Streams(7, Block(0, 0, 2)), np.array([30.5, 41.0]), np.array([0, 18]),
    ...     np.array([False, True]), "2024-03-01",
    ... )
    >>> nobody["region"].to_pylist(), nobody["national_id"][1].as_py()[:14]
    (['北京市', '广东省'], '44040019830301')
    """
    pools = pools_of(locale)
    _check(streams.size, age, region, business)
    male = streams.uniform("identity sex") < 0.5
    at_home = streams if home is None else as_positions(streams, home)
    people = People(
        streams=streams,
        male=male,
        region=region,
        city=pools.city.pick(at_home.uniform("identity city"), region),
        family=pools.family.pick(streams.uniform("identity family")),
        birth=birth_days(age, on),
    )
    given = pools.given.pick(streams.uniform("identity given"), male.astype(np.int64))
    drawn = {
        "customer_id": pa.array(streams.ids),
        **columns.names(pools, people, given),
        **columns.numbers(pools, people, streams if line is None else as_positions(streams, line)),
        **columns.places(pools, people, at_home, business),
        **columns.businesses(pools, people, business),
    }
    ordered = {column.name: drawn[column.name] for column in IDENTITIES.columns}
    return pa.table(ordered).replace_schema_metadata(provenance(locale))


def _check(size: int, age: Floats, region: Ints, business: NDArray[np.bool_]) -> None:
    for name, values in (("age", age), ("region", region), ("business", business)):
        if values.shape != (size,):
            raise InvalidInput(
                f"{name} has shape {values.shape}, but there are {size} customers; "
                "pass one value a customer."
            )
    if region.dtype.kind not in "iu" or business.dtype.kind != "b":
        raise InvalidInput(
            f"region is {region.dtype} and business is {business.dtype}; "
            "pass whole numbers and true or false."
        )
    if size and not 0 <= int(region.min()) <= int(region.max()) < REGIONS:
        wrong = region[(region < 0) | (region >= REGIONS)][0]
        raise InvalidInput(f"region {wrong} is not from 0 to {REGIONS - 1}; see region_names().")
