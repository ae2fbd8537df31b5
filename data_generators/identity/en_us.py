"""People of the United States: states with their area codes and ZIP codes, numbers of nobody.

Whose numbers they are not:

- *national_id* is written like a Social Security number with group 00, which the Social Security
  Administration never assigns and the tax office's own numbers (900-50 and up) do not have. Ten
  million customers have one each; from there on they repeat.
- *phone* ends in 555-0100 to 555-0199, the range that the numbering plan sets aside for fiction.
  It holds 100 numbers an area code, so many people share theirs.
- *business_id* is written like an EIN with a prefix that the IRS lists for no campus.
- Cities, streets and companies are Faker's inventions; the state, the area code and the ZIP code
  belong together. Namesakes exist.
"""

import re
from collections.abc import Callable

import numpy as np
import pyarrow as pa

from data_generators.identity.digits import digits, fixed_width
from data_generators.identity.pools import Locale, People, Pool, joined, seeded

#: draws from Faker for each pool of names; most of the rarest drop out
_DRAWS = 3_000
_CITIES_A_STATE = 24
_EMPLOYERS_A_STATE = 50
_STREETS = 1_200
#: State: letters, residents in 10,000 (census of 2020), area codes. The 31 largest, so that both
#: countries have as many regions.
REGIONS: tuple[tuple[str, str, int, str], ...] = (
    ("California", "CA", 3954, "213 310 408 415 510 559 619 707 714 805 818 909 916 925 949"),
    ("Texas", "TX", 2915, "210 214 254 281 361 409 512 713 806 817 903 915 936 940 956"),
    ("Florida", "FL", 2154, "305 321 352 386 407 561 727 772 813 850 904 941 954"),
    ("New York", "NY", 2020, "212 315 516 518 585 607 631 716 718 845 914"),
    ("Pennsylvania", "PA", 1300, "215 412 570 610 717 724 814"),
    ("Illinois", "IL", 1281, "217 309 312 618 630 708 773 815 847"),
    ("Ohio", "OH", 1180, "216 330 419 440 513 614 740 937"),
    ("Georgia", "GA", 1071, "229 404 478 706 770 912"),
    ("North Carolina", "NC", 1044, "252 336 704 828 910 919"),
    ("Michigan", "MI", 1008, "231 248 269 313 517 586 616 734 810 906 989"),
    ("New Jersey", "NJ", 929, "201 609 732 856 908 973"),
    ("Virginia", "VA", 863, "276 434 540 703 757 804"),
    ("Washington", "WA", 771, "206 253 360 425 509"),
    ("Arizona", "AZ", 715, "480 520 602 623 928"),
    ("Massachusetts", "MA", 703, "413 508 617 781 978"),
    ("Tennessee", "TN", 691, "423 615 731 865 901 931"),
    ("Indiana", "IN", 679, "219 260 317 574 765 812"),
    ("Maryland", "MD", 618, "301 410"),
    ("Missouri", "MO", 615, "314 417 573 636 660 816"),
    ("Wisconsin", "WI", 589, "262 414 608 715 920"),
    ("Colorado", "CO", 577, "303 719 970"),
    ("Minnesota", "MN", 571, "218 320 507 612 651 763 952"),
    ("South Carolina", "SC", 512, "803 843 864"),
    ("Alabama", "AL", 502, "205 251 256 334"),
    ("Louisiana", "LA", 466, "225 318 337 504 985"),
    ("Kentucky", "KY", 451, "270 502 606 859"),
    ("Oregon", "OR", 424, "503 541"),
    ("Oklahoma", "OK", 396, "405 580 918"),
    ("Connecticut", "CT", 361, "203 860"),
    ("Utah", "UT", 327, "435 801"),
    ("Iowa", "IA", 319, "319 515 563 641 712"),
)
_TRADES = (
    *("Auto Repair", "Bakery", "Bookkeeping", "Cafe", "Carpentry", "Catering", "Cleaning"),
    *("Electric", "Flooring", "Hardware", "Landscaping", "Painting", "Plumbing", "Roofing"),
    *("Salon", "Tailoring", "Trucking"),
)
_FORMS = ("LLC", "LLC", "Inc", "& Co")
#: prefixes that are not on the IRS's list of valid ones
_NO_CAMPUS = np.array([7, 8, 9, 17, 18, 19, 28, 29])


def locale() -> Locale:
    """The pools of the United States and its ways of writing."""
    fake = seeded("en_US")
    family = Pool.of([fake.last_name() for _ in range(_DRAWS)])
    given = Pool.of(
        [fake.first_name_female() for _ in range(_DRAWS)],
        [fake.first_name_male() for _ in range(_DRAWS)],
    )
    states = [letters for _, letters, _, _ in REGIONS]
    names = _different(fake.city, _CITIES_A_STATE * len(states))
    of_state = [names[i :: len(states)] for i in range(len(states))]
    city = Pool.of(*of_state)
    postcodes = {
        name: fake.zipcode_in_state(letters)
        for letters, cities in zip(states, of_state, strict=True)
        for name in cities
    }
    state = {name: i for i, cities in enumerate(of_state) for name in cities}
    firms = _different(fake.company, _EMPLOYERS_A_STATE * len(states))
    residents = np.array([float(r[2]) for r in REGIONS])
    area = Pool.of(*(codes.split() for *_, codes in REGIONS))
    trade = Pool.of([f" {trade} {form}" for trade in _TRADES for form in _FORMS])
    return Locale(
        regions=tuple(name for name, *_ in REGIONS),
        shares=residents / residents.sum(),
        family=family,
        given=given,
        family_mail=family.each(_mail),
        given_mail=given.each(_mail),
        city=city,
        postcodes=city.each(postcodes.__getitem__),
        street=Pool.of([fake.street_name() for _ in range(_STREETS)]),
        house=Pool.of([f"{number} " for number in range(100, 10_000, 3)]),
        employer=Pool.of(*(firms[state[name] :: len(states)] for name in city.texts.to_pylist())),
        space=" ",
        general_first=False,
        national_id=national_id,
        phone=lambda people: phone(area, people),
        business_name=lambda people: joined(
            (family.texts, people.family), (trade.texts, trade.pick(people.uniform("shop")))
        ),
        business_id=business_id,
    )


def national_id(people: People) -> pa.StringArray:
    """AAA-00-SSSS with serials from 0001."""
    area, serial = people.number("national_id", 1_000, 9_999)
    return fixed_width(digits(3)[area], b"-00-", digits(4)[serial + 1])


def phone(area: Pool, people: People) -> pa.StringArray:
    """An area code of the state, and the range for fiction."""
    codes = np.array(area.texts.to_pylist(), dtype="S3")
    code = codes[area.pick(people.uniform("area"), people.region)]
    line = (people.uniform("line") * 100).astype(np.int64)
    return fixed_width(code, b"-555-01", digits(2)[line])


def business_id(people: People) -> pa.StringArray:
    """PP-NNNNNNN, which no other of the first 80 million customers has."""
    high, low = people.number("business", 8_000, 10_000)
    prefix, rest = np.divmod(high, 1_000)
    return fixed_width(digits(2)[_NO_CAMPUS[prefix]], b"-", digits(3)[rest], digits(4)[low])


def _different(draw: Callable[[], str], count: int) -> list[str]:
    """The first `count` different draws, in their order."""
    seen: dict[str, None] = {}
    while len(seen) < count:
        seen[draw()] = None
    return list(seen)


def _mail(name: str) -> str:
    return re.sub("[^a-z]", "", name.lower())
