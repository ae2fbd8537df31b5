"""Numbers of people in mainland China that are valid in form and belong to nobody.

- An ID's first six digits are the code of a prefecture ("130100"), where GB 11643-1999 writes the
  code of a county or district: nobody is registered in a prefecture as such. With codes of
  counties one number in 60 would be a living person's (1.4 billion people on 2,900 counties,
  29,000 birth dates and 999 sequence numbers).
- A phone number begins with 154, which passes for a mobile number but has been allotted to no
  operator (as of 2022; the ministry may allot it one day). China reserves no range for fiction.
- A business's organisation code begins with Y, far from those handed out (digits, and MA onward).
"""

from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data_generators.identity.births import FIRST_BIRTH, dates
from data_generators.identity.digits import digit_sums, digits, fixed_width, weighted
from data_generators.identity.pools import People
from data_generators.streams import Ints

#: value of Y in GB 11714
_Y = 34
#: share of micro-businesses that are companies; the others are sole traders (assumed)
_COMPANIES = 0.3
#: weights of GB 11643-1999 (ISO 7064 MOD 11-2), GB 11714 and GB 32100-2015
_ID_WEIGHTS = tuple(2 ** (17 - i) % 11 for i in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT_WEIGHTS = tuple(3**i % 31 for i in range(17))
#: the characters of GB 32100-2015, by value: without I, O, S, V, Z
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def national_id(codes: NDArray[np.bytes_], people: People) -> pa.StringArray:
    """18 characters of GB 11643-1999: region, birth date, sequence (odd for men), check.

    `codes` are the region codes of the cities, by `people.city`.
    """
    day = people.birth - FIRST_BIRTH
    # 001 to 999 for men, 002 to 998 for women: 000 is no sequence number
    place = (people.uniform("sequence") * np.where(people.male, 500, 499)).astype(np.int64)
    sequence = place * 2 + 2 - people.male
    total = (
        weighted(codes, _ID_WEIGHTS[:6])[people.city] + digit_sums(3, _ID_WEIGHTS[14:])[sequence]
    )
    total += _date_sums()[day]
    check = np.frombuffer(b"10X98765432", dtype="S1")[total % 11]
    return fixed_width(codes[people.city], dates()[day], digits(3)[sequence], check)


def phone(people: People) -> pa.StringArray:
    """154 and eight digits that no other of the first 100 million customers has."""
    high, low = people.number("phone", 10_000, 10_000)
    return fixed_width(b"154", digits(4)[high], digits(4)[low])


def is_company(people: People) -> NDArray[np.bool_]:
    """Whose business is a company (its number begins with 91); others are sole traders (92)."""
    return people.uniform("company") < _COMPANIES


def business_id(codes: NDArray[np.bytes_], people: People) -> pa.StringArray:
    """18 characters of GB 32100-2015 (统一社会信用代码)."""
    kind = np.where(is_company(people), 1, 2)
    high, low = people.number("business", 1_000, 10_000)
    w = _ORGANISATION_WEIGHTS
    total = _Y * w[0] + digit_sums(3, w[1:4])[high]
    total = (total + digit_sums(4, w[4:])[low]) % 11
    of = _CREDIT_WEIGHTS
    credit = 9 * of[0] + kind * of[1] + weighted(codes, of[2:8])[people.city]
    credit += _CREDIT_ALPHABET.index("Y") * of[8] + digit_sums(3, of[9:12])[high]
    credit += digit_sums(4, of[12:16])[low]
    organisation = np.frombuffer(b"0X987654321", dtype="S1")
    values = [_CREDIT_ALPHABET.index(letter.decode()) for letter in organisation]
    credit += np.array(values)[total] * of[16]
    return fixed_width(
        b"9",
        digits(1)[kind],
        codes[people.city],
        b"Y",
        digits(3)[high],
        digits(4)[low],
        organisation[total],
        np.frombuffer(_CREDIT_ALPHABET.encode(), dtype="S1")[-credit % 31],
    )


@cache
def _date_sums() -> Ints:
    return weighted(dates(), _ID_WEIGHTS[6:14])
