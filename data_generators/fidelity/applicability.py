"""Where each figure applies: the words of the file beside the rule that stands for them."""

from collections.abc import Callable
from dataclasses import dataclass

from data_generators.errors import InvalidInput
from data_generators.fidelity.figures import Figure
from data_generators.scenarios import Scenario

#: a product is a scenario's own when at least this share of its customers is offered it
MAIN_PRODUCT = 0.5


@dataclass(frozen=True)
class Setting:
    """What is measured: a scenario, and whether it was calibrated to a table of cards."""

    scenario: Scenario
    calibrated: bool = False

    def mainly(self, product: str) -> bool:
        """Whether `product` (revolving, instalment, working_capital) is what is mostly lent."""
        share = sum(
            part.start * getattr(part.scenario.products, product)
            for part in self.scenario.markets()
        )
        return bool(share >= MAIN_PRODUCT)


Rule = Callable[[Setting], bool]


def _everywhere(_: Setting) -> bool:
    return True


def _calibrated(setting: Setting) -> bool:
    return setting.calibrated


def _revolving(setting: Setting) -> bool:
    return setting.mainly("revolving")


def _instalment(setting: Setting) -> bool:
    return setting.mainly("instalment")


def _business(setting: Setting) -> bool:
    return setting.mainly("working_capital")


def _consumer(setting: Setting) -> bool:
    return not _business(setting)


def _unsecured_consumer(setting: Setting) -> bool:
    return _consumer(setting) and setting.scenario.name != "car_purchase"


def _named(name: str) -> Rule:
    return lambda setting: setting.scenario.name == name


#: the file's `applies_to`, word for word, and the rule
APPLIES: dict[str, Rule] = {
    "calibrated to Taiwan cards": _calibrated,
    "calibrated to Taiwan cards; the status coding is lumpy": _calibrated,
    "shape only": _everywhere,
    "shape: monotone, about ten-fold from low to full utilisation, all revolving scenarios": (
        _revolving
    ),
    "shape: falls with age, all consumer scenarios": _consumer,
    "shape: all scenarios with a repayment history": _everywhere,
    "revolving": _revolving,
    "revolving, worst decile of z": _revolving,
    "revolving, best decile of z": _revolving,
    "revolving, population average": _revolving,
    "micro-business": _business,
    "instalment vintages": _instalment,
    "unsecured consumer credit": _unsecured_consumer,
    "e-commerce": _named("ecommerce"),
    "online rental": _named("online_rental"),
    "all scenarios, unless the scenario says otherwise": _everywhere,
    "n_lenders": _everywhere,
    "lgd": _everywhere,
    "synthetic_id": _everywhere,
    "dynamic limits": _everywhere,
    "transactions, account takeover": _everywhere,
    "fund flows": _everywhere,
    "fund flows, cash": _everywhere,
    "shape: month-end cluster": _everywhere,
}


def applies(figure: Figure, setting: Setting) -> bool:
    """Whether a figure applies to what is measured.

    >>> from data_generators import scenarios
    >>> from data_generators.fidelity.figures import by_id
    >>> applies(by_id("taiwan.default_rate"), Setting(scenarios.online_rental))
    False
    """
    if figure.applies_to not in APPLIES:
        raise InvalidInput(
            f"{figure.id} applies to {figure.applies_to!r}, for which there is no rule; "
            "add one to APPLIES."
        )
    return APPLIES[figure.applies_to](setting)
