"""The locales there are; each is built when it is first asked for, once a process."""

from functools import cache

from data_generators.errors import InvalidInput
from data_generators.identity.pools import POOL_SEED, Locale
from data_generators.streams import Floats

LOCALES = ("zh_CN", "en_US")
#: regions of every locale: 31 provinces, or the 31 largest states
REGIONS = 31


@cache
def pools_of(locale: str) -> Locale:
    """The pools of a locale; InvalidInput names the known ones."""
    # Imported here, since Faker takes longer to import than most commands need.
    if locale == "zh_CN":
        from data_generators.identity import zh_cn

        return zh_cn.locale()
    if locale == "en_US":
        from data_generators.identity import en_us

        return en_us.locale()
    raise InvalidInput(f"locale {locale!r} is unknown; choose one of {', '.join(LOCALES)}.")


def region_names(locale: str = "zh_CN") -> tuple[str, ...]:
    """The regions in the order of their index.

    >>> region_names("zh_CN")[18], region_names("en_US")[0]
    ('广东省', 'California')
    """
    return pools_of(locale).regions


def region_shares(locale: str = "zh_CN") -> Floats:
    """Share of the population by region (censuses of 2020), summing to 1."""
    return pools_of(locale).shares.copy()


def provenance(locale: str) -> dict[str, str]:
    """Where the pools come from: another version of Faker may fill them with other names."""
    from faker import VERSION

    return {
        "locale": locale,
        "faker_version": VERSION,
        "pool_seed": str(POOL_SEED),
        "personal_data": "made up; belongs to nobody",
    }
