"""Which typologies a market can host: cash-out needs merchants, bust-out needs a line."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from data_generators.errors import InvalidInput

if TYPE_CHECKING:
    from data_generators.scenarios.scenario import Scenario

#: kinds of partner that sell goods or services at a till, and so can swipe for cash
MERCHANTS = ("merchant", "clinic", "dealer", "builder", "agency")
#: kinds of partner that name the price of one large purchase
PRICE_MAKERS = ("clinic", "builder", "dealer", "school", "agency", "merchant")


def _has_line(scenario: "Scenario") -> bool:
    return scenario.products.revolving + scenario.products.working_capital > 0


def _buys_in_instalments(scenario: "Scenario") -> bool:
    return scenario.products.instalment > 0 and scenario.partners.kind in PRICE_MAKERS


#: typology -> what a market needs for it, and whether it has that
NEEDS: dict[str, tuple[str, Callable[["Scenario"], bool]]] = {
    "cash_out": (
        f"partners that are merchants ({', '.join(MERCHANTS)})",
        lambda scenario: scenario.partners.kind in MERCHANTS,
    ),
    "inflated_price": (
        f"instalment loans and a partner that makes the price ({', '.join(PRICE_MAKERS)})",
        _buys_in_instalments,
    ),
    "purpose_misuse": (
        "loans of more than a month's rent",
        lambda scenario: not scenario.need.is_rent,
    ),
    "synthetic_identity": (
        "persons among its customers",
        lambda scenario: scenario.population.business_share < 1,
    ),
    "bust_out": ("a revolving or working-capital line", _has_line),
}


def hosts(scenario: "Scenario", typology: str) -> bool:
    """Whether a market has what the typology needs.

    >>> from data_generators import scenarios
    >>> hosts(scenarios.online_rental, "cash_out"), hosts(scenarios.ecommerce, "cash_out")
    (False, True)
    """
    return typology not in NEEDS or NEEDS[typology][1](scenario)


def check_hosted(scenario: "Scenario") -> None:
    """InvalidInput names the first typology with a share that the market cannot host."""
    if scenario.fraud.rate == 0:
        return
    for typology, (needed, has) in NEEDS.items():
        share = getattr(scenario.fraud, typology)
        if share > 0 and not has(scenario):
            missing = [name for name in NEEDS if not hosts(scenario, name)]
            without = ", ".join(repr(name) for name in missing)
            raise InvalidInput(
                f"fraud.{typology} is {share:g}, but {scenario.name} cannot host it: it needs "
                f"{needed}. Give fraud=FraudMix.without({without})."
            )
