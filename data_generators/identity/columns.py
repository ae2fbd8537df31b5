"""The columns of `IDENTITIES`, from what was drawn about the people."""

from dataclasses import replace
from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data_generators.identity.digits import Codes, digits, fixed_width
from data_generators.identity.pools import SEPARATORS, Locale, People, Pool, joined
from data_generators.streams import Ints, Streams

#: second-level domains that RFC 2606 reserves: no mail to them reaches anybody
DOMAINS = ("example.com", "example.net", "example.org")
#: ISO/IEC 7812 keeps numbers that begin with 0 from card issuers
_IIN = b"099999"
#: Luhn's sum over it: 0 doubled, then five nines, since 9 doubled counts as 1 + 8
_IIN_SUM = 45
_MS_A_DAY = 86_400_000
_SEXES = Pool.of(["female"], ["male"])


def names(pools: Locale, people: People, given: Codes) -> dict[str, pa.Array]:
    """Name, e-mail address, sex and birth date; the name's parts in the country's order."""
    codes = (people.family, given) if pools.general_first else (given, people.family)
    born = pa.array(people.birth * _MS_A_DAY).view(pa.timestamp("ms"))
    return {
        "full_name": joined((pools.first_written, codes[0]), (pools.second.texts, codes[1])),
        "family_name": pools.family.column(people.family),
        "given_name": pools.given.column(given),
        "sex": _SEXES.column(people.male.astype(np.int32)),
        "birth_date": born,
        "email": _email(pools, people, codes),
    }


def numbers(pools: Locale, people: People, line: Streams) -> dict[str, pa.Array]:
    """Numbers that have been given to nobody; the phone is of those whose noise `line` is."""
    return {
        "national_id": pools.national_id(people),
        "phone": pools.phone(replace(people, streams=line)),
        "bank_card": bank_card(people),
    }


def places(
    pools: Locale, people: People, at_home: Streams, business: NDArray[np.bool_]
) -> dict[str, pa.Array]:
    """Home address, of those whose noise `at_home` is, and an employer near it."""
    home = replace(people, streams=at_home)
    street = (pools.street.texts, pools.street.pick(home.uniform("street")))
    house = (pools.house.texts, pools.house.pick(home.uniform("house")))
    employer = pools.employer.pick(people.uniform("employer"), people.city)
    return {
        "region": pa.DictionaryArray.from_arrays(
            pa.array(people.region.astype(np.int32)), pa.array(pools.regions)
        ),
        "city": pools.city.column(people.city),
        "address": joined(street, house) if pools.general_first else joined(house, street),
        "postcode": pools.postcode(people.city),
        "employer": pools.employer.column(employer, missing=business),
    }


def businesses(pools: Locale, people: People, business: NDArray[np.bool_]) -> dict[str, pa.Array]:
    """Name and registration of the micro-businesses, null for persons."""
    owners = people.only(np.flatnonzero(business))
    place = pa.array(np.cumsum(business) - 1, mask=~business)
    return {
        "business_name": pools.business_name(owners).take(place),
        "business_id": pools.business_id(owners).take(place),
    }


def bank_card(people: People) -> pa.StringArray:
    """16 digits, nine of which no other of the first billion customers has; the last is Luhn's."""
    high, low = people.number("bank_card", 10_000, 100_000)
    total = (_luhn_sums(4)[high] + _luhn_sums(5, odd=True)[low] + _IIN_SUM) % 10
    return fixed_width(_IIN, digits(4)[high], digits(5)[low], digits(1)[-total % 10])


@cache
def _luhn_sums(width: int, odd: bool = False) -> Ints:
    """Sum for Luhn's check of every number of `width` digits, the last of them doubled if `odd`."""
    letters = np.arange(10**width)[:, None] // 10 ** np.arange(width) % 10
    twice = np.arange(width) % 2 == (0 if odd else 1)
    sums: Ints = np.where(twice, letters * 2 - 9 * (letters > 4), letters).sum(axis=1)
    return sums


def _email(pools: Locale, people: People, codes: tuple[Codes, Codes]) -> pa.StringArray:
    kinds = len(SEPARATORS)
    separator = (people.uniform("email separator") * kinds).astype(np.int32)
    tail = (people.uniform("email") * len(_tails())).astype(np.int32)
    return joined(
        (pools.first_mail, codes[0] * np.int32(kinds) + separator),
        (pools.second_mail, codes[1]),
        (_tails(), tail),
    )


@cache
def _tails() -> pa.StringArray:
    """What follows a name in an address: four digits, which keep most addresses apart."""
    return pa.array([f"{n:04d}@{domain}" for domain in DOMAINS for n in range(10_000)])
