"""What an applicant can change: which features, in which direction, how far and at what cost.

The list that comes with the sandbox is `actions.yaml`, for the columns of `credit_features`; a
house gives its own, since what may be asked of an applicant is a question of policy.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self, get_args

from sandbox import located_yaml
from sandbox.errors import BadInput

Direction = Literal["down", "up", "either"]
Shown = Literal["money", "count", "share", "months"]
Language = Literal["en", "zh"]

_DEFAULT = Path(__file__).parent / "actions.yaml"


@dataclass(frozen=True)
class Action:
    """A feature that an applicant can change.

    >>> Action("requested_amount", "down", unit=100.0, least=1.5)
    Traceback (most recent call last):
    sandbox.errors.BadInput: least of requested_amount is 1.5; it is from 0 to 1.
    """

    feature: str
    direction: Direction
    #: advised values are whole multiples of it
    unit: float = 1.0
    #: how far down, as a multiple of the applicant's own value
    least: float = 0.0
    #: how far up, as a multiple of it
    most: float = 1.0
    #: only values that the background holds, such as the terms on offer
    seen: bool = False
    #: weight of the cost; 1: a unit of cost is one interquartile range of the background
    effort: float = 1.0
    shown: Shown = "count"
    #: the advice with {own} and {to}, in English and in Chinese
    en: str = "Change to {to} from {own}."
    zh: str = "由{own}改为{to}。"

    def __post_init__(self) -> None:
        if not self.feature:
            raise BadInput("An action has no feature; name the column that it changes.")
        for name, allowed in (("direction", get_args(Direction)), ("shown", get_args(Shown))):
            if getattr(self, name) not in allowed:
                raise BadInput(
                    f"{name} of {self.feature} is {getattr(self, name)!r}; it is one of "
                    f"{', '.join(allowed)}."
                )
        for name in ("unit", "effort"):
            if not 0 < getattr(self, name) < float("inf"):
                raise BadInput(
                    f"{name} of {self.feature} is {getattr(self, name)!r}; it is above 0."
                )
        if not 0 <= self.least <= 1:
            raise BadInput(f"least of {self.feature} is {self.least!r}; it is from 0 to 1.")
        if not 1 <= self.most < float("inf"):
            raise BadInput(f"most of {self.feature} is {self.most!r}; it is from 1 up.")

    def words(self, own: float, to: float, language: Language) -> str:
        """The advice in a sentence.

        >>> amount = actions().of("requested_amount")
        >>> amount.words(12_000, 6_000, "en")
        'Ask for at most 6,000 RMB instead of 12,000.'
        >>> amount.words(12_000, 6_000, "zh")
        '申请金额由12,000元降至不超过6,000元。'
        """
        form = {"money": "{:,.0f}", "share": "{:.0%}"}.get(self.shown, "{:g}")
        text = self.en if language == "en" else self.zh
        return text.format(own=form.format(own), to=form.format(to))


@dataclass(frozen=True)
class Actions:
    """A list of actions, and features that fall along with another one."""

    actions: tuple[Action, ...]
    #: feature: the feature that it is never above
    never_above: Mapping[str, str]

    def __post_init__(self) -> None:
        names = [a.feature for a in self.actions]
        twice = {n for n in names if names.count(n) > 1}
        if twice or not names:
            raise BadInput(
                f"The feature {min(twice)} has two actions; give it one (direction: either)."
                if twice
                else "There is no action; name at least one feature that an applicant can change."
            )

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Actions from a YAML file as `actions.yaml`; BadInput with the line of a mistake."""
        source = Path(path)
        located = located_yaml.load(source.read_text(encoding="utf-8"), source.name)
        document = located.data if isinstance(located.data, dict) else {}
        rows, along = document.get("actions"), document.get("never_above", {})
        odd = sorted(set(document) - {"actions", "never_above"})
        if odd or not isinstance(rows, list) or not isinstance(along, dict):
            raise BadInput(
                f"{source.name}: {odd[0] + ' is not known here; ' if odd else ''}it holds a list "
                "`actions` and, if needed, a mapping `never_above` of a feature to another."
            )
        found = []
        for i, row in enumerate(rows):
            try:
                found.append(_action(row))
            except BadInput as error:
                line = located.line(("actions", i))
                raise BadInput(f"{source.name}, line {line}: {error}") from error
        return cls(tuple(found), along)

    def of(self, feature: str) -> Action:
        """The action on a feature; BadInput where there is none."""
        for action in self.actions:
            if action.feature == feature:
                return action
        known = ", ".join(a.feature for a in self.actions)
        raise BadInput(f"Nothing can be done about {feature!r}; actions are on {known}.")


@cache
def actions() -> Actions:
    """The actions that come with the sandbox."""
    return Actions.read(_DEFAULT)


def _action(row: Any) -> Action:
    names = {f.name: f.type for f in fields(Action)}
    if not isinstance(row, dict) or not {"feature", "direction"} <= set(row):
        raise BadInput("An action needs `feature` and `direction`.")
    odd = sorted(set(row) - set(names))
    if odd:
        raise BadInput(f"{odd[0]} is not known here; an action has {', '.join(names)}.")
    for name, value in row.items():
        numeric = names[name] is float
        if not isinstance(value, (int, float) if numeric else (bool if name == "seen" else str)):
            raise BadInput(f"{name} is {value!r}; it is {'a number' if numeric else 'a word'}.")
    return Action(**row)
