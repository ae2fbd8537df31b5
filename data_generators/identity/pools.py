"""What a locale consists of: pools of texts, and the numbers its people carry.

Faker is asked once a process, with a seed of its own, so that the pools are the same everywhere
under one version of Faker. Another version may bring other names: `provenance` says which it was.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data_generators.identity.digits import Codes, scatter
from data_generators.streams import Floats, Ints, Streams

if TYPE_CHECKING:
    from faker import Faker

#: seed of the pools, never that of a world: names must not tell worlds apart
POOL_SEED = 20_240_229
#: between the parts of a name in an e-mail address
SEPARATORS = ("", ".", "_")


def seeded(locale: str) -> "Faker":
    """Faker for one locale, seeded for the pools."""
    from faker import Faker

    fake = Faker(locale)
    fake.seed_instance(POOL_SEED)
    return fake


@dataclass(frozen=True)
class Pool:
    """Texts, and for each group (a sex, a region) the slots that its members pick from."""

    #: every text once, sorted
    texts: pa.StringArray
    #: index into `texts`, group after group, repeated as often as a text should come
    slots: Codes
    #: first slot of each group
    starts: Ints
    #: slots of each group
    sizes: Ints

    @classmethod
    def of(cls, *groups: Sequence[str]) -> "Pool":
        """A pool of texts; one that stands twice in a group comes twice as often.

        >>> pool = Pool.of(["b", "a", "b"], ["c"])
        >>> pool.column(pool.pick(np.array([0.0, 0.5, 0.9]), np.array([0, 0, 1]))).to_pylist()
        ['a', 'b', 'c']
        """
        texts = sorted({text for group in groups for text in group})
        place = {text: i for i, text in enumerate(texts)}
        slots = [place[text] for group in groups for text in sorted(group)]
        sizes = np.array([len(group) for group in groups])
        return cls(
            pa.array(texts, pa.string()),
            np.array(slots, dtype=np.int32),
            np.cumsum(sizes) - sizes,
            sizes,
        )

    def pick(self, uniform: Floats, group: Ints | Codes | None = None) -> Codes:
        """One code (index into `texts`) a row, from the row's group; from the first by default."""
        chosen = 0 if group is None else group
        places = self.starts[chosen] + (uniform * self.sizes[chosen]).astype(np.int64)
        codes: Codes = self.slots[places]
        return codes

    def column(self, codes: Codes, missing: NDArray[np.bool_] | None = None) -> pa.DictionaryArray:
        """The codes as a dictionary column, null where `missing`."""
        return pa.DictionaryArray.from_arrays(pa.array(codes, mask=missing), self.texts)

    def each(self, write: Callable[[str], str]) -> pa.StringArray:
        """Every text rewritten, in the order of `texts`."""
        return pa.array([write(text) for text in self.texts.to_pylist()], pa.string())


def joined(*pieces: tuple[pa.StringArray, Codes]) -> pa.StringArray:
    """One string a row out of (texts, codes) pieces, in their order."""
    return pc.binary_join_element_wise(*(t.take(pa.array(c)) for t, c in pieces), "")


@dataclass(frozen=True)
class People:
    """What is drawn about some customers of a block before their texts are written."""

    streams: Streams
    male: NDArray[np.bool_]
    region: Ints
    city: Codes
    family: Codes
    #: days since 1970-01-01
    birth: Ints

    def uniform(self, purpose: str) -> Floats:
        """One uniform in [0, 1) a person, the same whoever else is asked for."""
        return self.streams.uniform(f"identity {purpose}")

    def number(self, purpose: str, high: int, low: int) -> tuple[Ints, Ints]:
        """A number a person that no other of the first high * low customers has; see `scatter`."""
        return scatter(self.streams.ids, self.streams.seed, purpose, high, low)

    def only(self, rows: Ints) -> "People":
        """Some of these people."""
        return People(
            streams=self.streams.of(rows),
            male=self.male[rows],
            region=self.region[rows],
            city=self.city[rows],
            family=self.family[rows],
            birth=self.birth[rows],
        )


@dataclass(frozen=True)
class Locale:
    """The pools of one country, and how its numbers are written."""

    #: regions (provinces, states), indexed by the caller's `region`
    regions: tuple[str, ...]
    #: share of the population by region, sums to 1
    shares: Floats
    #: family names, most common most often
    family: Pool
    #: given names of women (group 0) and men (group 1)
    given: Pool
    #: family and given names as written before an @, aligned with their pools
    family_mail: pa.StringArray
    given_mail: pa.StringArray
    #: cities by region
    city: Pool
    #: the city's postcode, aligned with `city.texts`
    postcodes: pa.StringArray
    #: streets, and house numbers with what follows or precedes
    street: Pool
    house: Pool
    #: employers by city, in the order of `city.texts`
    employer: Pool
    #: written from the general to the particular: family before given name, street before house
    general_first: bool
    national_id: Callable[[People], pa.StringArray]
    phone: Callable[[People], pa.StringArray]
    business_name: Callable[[People], pa.StringArray]
    business_id: Callable[[People], pa.StringArray]
    #: between the parts of a full name
    space: str = ""

    @property
    def second(self) -> Pool:
        """The part of the name that stands last."""
        return self.given if self.general_first else self.family

    @property
    def second_mail(self) -> pa.StringArray:
        """The same as written in an e-mail address."""
        return self.given_mail if self.general_first else self.family_mail

    @cached_property
    def first_written(self) -> pa.StringArray:
        """The part of the name that stands first, with its space."""
        return (self.family if self.general_first else self.given).each(lambda n: n + self.space)

    @cached_property
    def first_mail(self) -> pa.StringArray:
        """The same in an e-mail address: each name with each of `SEPARATORS`."""
        names = self.family_mail if self.general_first else self.given_mail
        return pa.array([f"{name}{s}" for name in names.to_pylist() for s in SEPARATORS])

    @cached_property
    def _postcode_of_city(self) -> tuple[Codes, pa.StringArray]:
        encoded = self.postcodes.dictionary_encode()
        return encoded.indices.to_numpy(), encoded.dictionary

    def postcode(self, city: Codes) -> pa.DictionaryArray:
        """The postcode of each city."""
        codes, texts = self._postcode_of_city
        return pa.DictionaryArray.from_arrays(pa.array(codes[city]), texts)
