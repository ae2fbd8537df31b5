"""Parameters of fraud: how much of it applies, by which typologies, and how it hides."""

from dataclasses import dataclass, fields, replace
from typing import Any, Self

from data_generators.errors import InvalidInput

#: typologies by application, as fields of `FraudMix`; their shares add up to 1
OF_APPLICATIONS = (
    "ring", "identity_theft", "never_pay", "synthetic_identity", "inflated_price", "cash_out",
    "purpose_misuse", "loan_stacking",
)  # fmt: skip
#: the dial: share of a trace that is hidden
DIFFICULTY = {"easy": 0.0, "medium": 0.5, "hard": 0.8}
#: what rings do at each setting of the dial, ring after ring: applications per device, camouflage
STRATEGIES: dict[str, tuple[tuple[int, float], ...]] = {
    "easy": ((12, 0.0),),
    "medium": ((4, 0.6), (1, 0.6), (4, 0.0), (1, 0.0), (12, 0.6), (1, 0.9)),
    "hard": ((1, 0.9), (1, 0.6), (4, 0.9)),
}


@dataclass(frozen=True)
class FraudMix:
    """How much fraud applies, and how it hides."""

    #: share of applications that are fraudulent, all typologies together [W: near 1.1%]
    rate: float = 0.011
    #: shares of the typologies within fraud, which add up to 1 (assumed); 0 where the market
    #: cannot host one, see `hosting`
    ring: float = 0.32
    identity_theft: float = 0.20
    never_pay: float = 0.16
    synthetic_identity: float = 0.10
    inflated_price: float = 0.06
    cash_out: float = 0.06
    purpose_misuse: float = 0.05
    loan_stacking: float = 0.05
    #: share of the honest-looking customers with a line who will bust out (assumed)
    bust_out: float = 0.004
    #: how much of a typology's trace is hidden: 0 easy, 0.5 medium, 0.8 hard
    camouflage: float = 0.5
    #: what rings do, ring after ring: applications per device, and camouflage of their ties [W]
    ring_strategies: tuple[tuple[int, float], ...] = STRATEGIES["medium"]
    #: share of honest applicants who share a device (families, dormitories)
    honest_sharing: float = 0.12
    #: share of approved fraud that is ever confirmed [W]
    found: float = 0.70
    #: mean weeks from the first missed payment to confirmation, Gamma(2) [W]
    label_delay_weeks: float = 8.0
    #: share of approved applications that an analyst reviews, and days until then (assumed)
    reviewed: float = 0.03
    review_days: float = 5.0
    #: share of frauds that the analyst sees as such, and of the honest cleared (assumed)
    review_sensitivity: float = 0.65
    review_specificity: float = 0.97

    @classmethod
    def without(cls, *names: str) -> Self:
        """The default mix less some typologies, whose shares go to the others in proportion.

        >>> mix = FraudMix.without("cash_out", "bust_out")
        >>> mix.cash_out, mix.bust_out, round(mix.ring / mix.identity_theft, 2)
        (0.0, 0.0, 1.6)

        Raises InvalidInput for a name that is no typology, and when none is left.
        """
        known = (*OF_APPLICATIONS, "bust_out")
        for name in names:
            if name not in known:
                raise InvalidInput(f"There is no typology {name!r}; there are {', '.join(known)}.")
        mix = cls()
        kept = {name: getattr(mix, name) for name in OF_APPLICATIONS if name not in names}
        if not kept:
            raise InvalidInput("A mix without any typology; to have no fraud, give rate=0.")
        shares = dict.fromkeys(OF_APPLICATIONS, 0.0)
        shares |= {name: share / sum(kept.values()) for name, share in kept.items()}
        changes: dict[str, Any] = shares | ({"bust_out": 0.0} if "bust_out" in names else {})
        return replace(mix, **changes)

    @classmethod
    def only(cls, name: str, rate: float = 0.011) -> Self:
        """One typology and no other: for measuring what a model makes of it.

        >>> FraudMix.only("never_pay", rate=0.1).never_pay
        1.0

        Raises InvalidInput for a name that is no typology by application.
        """
        if name not in OF_APPLICATIONS:
            raise InvalidInput(
                f"There is no typology {name!r} by application; there are "
                f"{', '.join(OF_APPLICATIONS)}."
            )
        shares: dict[str, Any] = {each: float(each == name) for each in OF_APPLICATIONS}
        return replace(cls(rate=rate, bust_out=0.0), **shares)

    def at_difficulty(self, difficulty: str) -> Self:
        """The same mix, easy, medium or hard to find.

        >>> FraudMix().at_difficulty("hard").camouflage
        0.8
        """
        if difficulty not in DIFFICULTY:
            raise InvalidInput(
                f"difficulty is {difficulty!r}; it must be one of {', '.join(DIFFICULTY)}."
            )
        return replace(
            self, camouflage=DIFFICULTY[difficulty], ring_strategies=STRATEGIES[difficulty]
        )


assert set(OF_APPLICATIONS) <= {f.name for f in fields(FraudMix)}
