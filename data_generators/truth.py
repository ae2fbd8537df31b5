"""The one door to the truth: traits, fraud, potential outcomes, the oracle."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from data_generators.contributions import contributions
from data_generators.customers import PRODUCTS
from data_generators.decisions import Decisions
from data_generators.errors import InvalidInput
from data_generators.expectations import potential_outcomes
from data_generators.fraud_cases import cases_of
from data_generators.interventions import defaults_under
from data_generators.month_terms import monthly_contributions
from data_generators.partners import day_of
from data_generators.potential import REPLICAS, PotentialOutcomes
from data_generators.progress import counted
from data_generators.repayment import Offer, lived
from data_generators.repayment.life import KINDS, draw_life
from data_generators.rows import together
from data_generators.scenarios.bounds import check_whole
from data_generators.schema import FRAUD_CASES, HUBS, LIFE_EVENTS, PARTNER_TRUTH, TRAITS
from data_generators.streams import Floats
from data_generators.typologies import TYPOLOGIES

if TYPE_CHECKING:
    from data_generators.fund_flows.doors import FundFlowsTruth
    from data_generators.residents import Market
    from data_generators.world import World


@dataclass(frozen=True)
class Truth:
    """Everything about a world that no bank sees."""

    world: "World"

    def traits(self) -> pd.DataFrame:
        """Latent traits, a row a customer; columns as in `schema.TRAITS`.

        Of a market calibrated to cards: those of `calibration.card_worlds.traits`.
        """
        if self.world.scenario.cards is not None:
            from data_generators.calibration import card_worlds

            return card_worlds.traits(self.world)
        parts = []
        for r in self.world.residents("traits"):
            names = np.array(PRODUCTS, dtype=object)[r.traits.product]
            columns = {**vars(r.traits), "product": names, "market": r.market.astype(object)}
            parts.append(TRAITS.frame(columns))
        return pd.concat(parts, ignore_index=True)

    def fraud(self) -> NDArray[np.str_]:
        """Typology of each customer's application, n names of `TYPOLOGIES`; "" where honest."""
        names = np.array(["", *(t.name for t in TYPOLOGIES)])
        code = np.concatenate([r.typology for r in self.world.residents("fraud")])
        labels: NDArray[np.str_] = names[code]
        return labels

    def fraud_cases(self) -> pd.DataFrame:
        """Fraud by application and by account, a row a case; columns as in `schema.FRAUD_CASES`.

        Bust-outs are there whether or not they were given a line; by application they are honest.

        >>> from data_generators import World, scenarios
        >>> cases = World(scenarios.ecommerce, customers=2_000, seed=7).truth.fraud_cases()
        >>> cases.loc[cases["typology"] == "ring", "ring_id"].min() >= 0
        np.True_
        """
        parts = [
            FRAUD_CASES.frame(cases_of(residents)) for residents in self.world.residents("cases")
        ]
        return pd.concat(parts, ignore_index=True)

    def losses(self) -> pd.DataFrame:
        """Why each default happened under the incumbent; columns as in `schema.LOSSES`.

        The border between fraud and credit loss: `cause` is the typology of one who stopped on
        purpose, else what weighed in the month of the first miss: `partner_collapse` or
        `willingness` where the customer would not pay; `job_loss` or `cash` where it could not.

        >>> from data_generators import World, scenarios
        >>> found = World(scenarios.ecommerce, customers=2_000, months=12, seed=7).truth.losses()
        >>> bool(found["fraud"].any() and not found["fraud"].all())
        True
        """
        from data_generators.losses import losses

        return losses(self.world)

    def tampering(self) -> NDArray[np.bool_]:
        """Whose data the partner tampered with before the bank saw them, n flags."""
        return np.concatenate([r.applications.tampered for r in self.world.residents("tampering")])

    def partners(self) -> pd.DataFrame:
        """Partners as they are, and what becomes of them under the incumbent's decisions.

        Columns: `partner_id`, `leverage`, `leverage_financed` (with the bank's financing in it),
        `quality` (0 to 1), `collapse_day` (NaN if none), `successor_collapse_day` (the same of
        who takes over then), `shock` (log-odds).
        """
        parts = []
        for residents in self.world.residents("partners"):
            for market in residents.markets:
                fates = market.fates(market.logged_offer)
                columns = {
                    "partner_id": market.first_partner_id + np.arange(len(fates.shock)),
                    "leverage": market.partners.leverage,
                    "leverage_financed": fates.leverage,
                    "quality": market.partners.quality,
                    "collapse_day": day_of(fates.collapse_month),
                    "successor_collapse_day": day_of(fates.successor_collapse_month),
                    "shock": fates.shock,
                }
                parts.append(PARTNER_TRUTH.frame(columns))
        return pd.concat(parts, ignore_index=True)

    def hubs(self) -> pd.DataFrame:
        """Legitimate reasons to share identifiers; columns as in `schema.HUBS`.

        A row a customer and hub: a family, a dormitory, a circle of friends or a shop's terminal.
        Hubs are those of the whole block: the other members may be beyond the world's end.

        >>> from data_generators import World, scenarios
        >>> sorted(set(World(scenarios.travel, customers=900, seed=7).truth.hubs()["kind"]))
        ['dormitory', 'family', 'friends', 'terminal']
        """
        from data_generators.hubs import hubs_of

        parts = [HUBS.frame(hubs_of(residents)) for residents in self.world.residents("hubs")]
        return pd.concat(parts, ignore_index=True)

    def fund_flows(self, months: int = 12, *, progress: bool = True) -> "FundFlowsTruth":
        """Every transfer of the first calendar `months`, seen or not, with balances and fraud.

        `ledger` has the columns of `schema.LEDGER`, `accounts` those of `schema.FLOW_ACCOUNTS`
        (opening, what came in and went out, closing) and `cases` those of
        `schema.TRANSFER_CASES`. Raises InvalidInput as `World.fund_flows` does.

        >>> from data_generators import World, scenarios
        >>> flows = World(scenarios.travel, customers=200, seed=7).truth.fund_flows(months=2)
        >>> held = flows.accounts["opening"] + flows.accounts["paid_in"]
        >>> left = held - flows.accounts["paid_out"]
        >>> bool(((left - flows.accounts["closing"]).abs() < 0.01).all())
        True
        """
        from data_generators.fund_flows.doors import fund_flows_truth

        return fund_flows_truth(self.world, months, progress=progress)

    def life_events(self) -> pd.DataFrame:
        """First event of each kind in the months on book; columns as in `schema.LIFE_EVENTS`."""
        parts = []
        for residents in self.world.residents("life events"):
            for market in residents.markets:
                life = draw_life(market.scenario, market.traits, market.streams, market.months)
                columns = {
                    "customer_id": market.streams.ids[life.who],
                    "mob": (life.month + 1).astype(np.int16),
                    "kind": np.array(KINDS, dtype=object)[life.kind],
                }
                parts.append(LIFE_EVENTS.frame(columns))
        table = pd.concat(parts, ignore_index=True)
        return table.sort_values(["customer_id", "mob"], ignore_index=True)

    def potential_outcomes(
        self,
        replicas: int = REPLICAS,
        price: float | None = None,
        *,
        customers: int | None = None,
        progress: bool = True,
    ) -> PotentialOutcomes:
        """Expected default and profit on the limit grid at a yearly `price` (None: the apr).

        Of the first `customers` (None: all; they are the same people in a world of any size).
        Twice `replicas` of noise are lived through: one half to choose by, one to score on.
        Reference figures take 512 replicas and the first 10,000 customers.
        The cost is customers × limits × 2 × replicas × months; see benchmarks/oracle.py.

        >>> from data_generators import World, scenarios
        >>> world = World(scenarios.lifestyle, customers=200, months=12, seed=7)
        >>> outcomes = world.truth.potential_outcomes(replicas=4)
        >>> outcomes.compare({"flat": 5_000.0}).columns[:2].tolist()
        ['policy', 'value']
        """
        return potential_outcomes(self.world, replicas, price, customers, progress=progress)

    def monthly_contributions(
        self, limit: ArrayLike, price: float | None = None, customers: ArrayLike | None = None
    ) -> pd.DataFrame:
        """What decides each account-month when everyone is offered `limit` (RMB, one or all).

        The months are those of `World.replay` at the yearly `price` (None: the apr). A row an
        open account and month on book, of all `customers` or of those ids, with columns
        `customer_id`, `mob`; the additive terms of the log-odds of not wanting to pay
        `intercept`, `willingness`, `service`, `lateness`, `burden`, `promise`, `partner` and
        their sum `log_odds`; `unwilling` (the month's mood, a uniform, fell under that
        probability), `never_pays` (a fraud, whose mood does not matter); `cash` at hand and what
        was `owed` (RMB); `short` (cash under what was owed), `cannot` (so short that nothing is
        paid) and `paid` by the customer (RMB). Nothing is paid where `unwilling`, `cannot` or
        `never_pays` holds.

        >>> from data_generators import World, scenarios
        >>> truth = World(scenarios.travel, customers=50, months=6, seed=7).truth
        >>> terms = truth.monthly_contributions(5_000, customers=[3])
        >>> bool((terms.loc[terms["unwilling"], "paid"] == 0).all())
        True
        """
        return monthly_contributions(self.world, limit, price, customers)

    def contributions(
        self,
        limit: ArrayLike,
        customers: ArrayLike,
        *,
        price: float | None = None,
        replicas: int = 768,
        background: int = 768,
        first_replica: int = 1,
        progress: bool = True,
    ) -> pd.DataFrame:
        """Shapley values of logit p*(x, L), the log-odds of default over the world's months.

        A row each of `customers` (ids, in that order): `customer_id`; `base`, the log-odds of
        a random customer of the same market and product who gets the same limit; one column a
        player of `contributions.PLAYERS`, exact over all coalitions; `log_odds`, their sum,
        which is the customer's own logit p*. See `contributions` for the game, and for what
        setting a trait does and does not change. `background` customers stand in for the traits
        that are not set, in turn. NaN for frauds, who never pay whatever their traits, and at a
        limit of 0. Replicas are numbered: those from another `first_replica` on bring other noise
        and, within `background`, other stand-ins, so that how far two sets differ tells the noise.

        Cost: customers × 128 coalitions × `replicas` × months: 8 to 16 seconds for 50 customers
        at the default, where a value has a standard error of about 0.15 over the noise (values
        spread by 0.2 to 0.9 between customers); four times the replicas halve it.
        """
        return contributions(
            self.world,
            limit,
            customers,
            price=price,
            replicas=replicas,
            background=background,
            first_replica=first_replica,
            progress=progress,
        )

    def true_pd(self, limit: Floats, replicas: int = 64) -> Floats:
        """Probability of default of an account at any limit (RMB, one a customer).

        Over replicas of noise, and as if every offer were taken: `pd` is a property of the
        account, whoever opens it. NaN at a limit of 0, where there is no account.
        """
        check_whole("replicas", replicas, 1)
        if self.world.scenario.cards is not None:
            from data_generators.calibration import card_worlds

            return card_worlds.true_pd(self.world, limit, replicas)
        decisions = Decisions.of(limit, price=self.world.scenario.economics.apr)
        if len(decisions) != self.world.customers:
            raise InvalidInput(
                f"There are {len(decisions)} limits for {self.world.customers} customers; give "
                "one for each, in customer order."
            )
        parts = []
        total = replicas * len(self.world.scenario.markets()) * len(self.world.blocks())
        with counted(total, "true pd") as bar:
            for residents in self.world.residents():
                granted = decisions.limit[residents.block.start : residents.block.stop]
                pds = [
                    _pd_of_market(market, market.part_of(granted), replicas, bar.update)
                    for market in residents.markets
                ]
                parts.append(together(pds, residents.rows))
        return np.concatenate(parts)

    def applications_under(self, attributes: Mapping[str, ArrayLike]) -> pd.DataFrame:
        """The applications if everyone had another attribute, all noise the same.

        `attributes` by name (`attributes.ATTRIBUTES`: age in years, education by its position,
        business 1 or 0), each one for all or one a customer; a NaN leaves what was drawn. The
        table is that of `World.observed`, a row a customer in order. Raises InvalidInput for an
        attribute that cannot be set, with the list of those that can.

        >>> from data_generators import World, scenarios
        >>> world = World(scenarios.ecommerce, customers=200, months=6, seed=7)
        >>> as_they_are = world.observed().applications
        >>> older = world.truth.applications_under({"age": as_they_are["age"] + 10})
        >>> bool((older["employment_months"] >= as_they_are["employment_months"]).all())
        True
        """
        from data_generators.attributes import applications_under

        return applications_under(self.world, attributes)

    def pd_as_other(
        self, limit: Floats, attributes: Mapping[str, ArrayLike], replicas: int = 64
    ) -> Floats:
        """`true_pd` if everyone had another attribute, all noise the same; partners fare alike.

        Under no attribute, or one that moves no default, it is `true_pd` to the last digit.
        """
        from data_generators.attributes import pd_as_other

        return pd_as_other(self.world, limit, attributes, replicas)

    def pd_under(
        self,
        limit: ArrayLike,
        changes: Mapping[str, ArrayLike] | None = None,
        *,
        customers: ArrayLike | None = None,
        replicas: int = 64,
        progress: bool = True,
    ) -> Floats:
        """Probability of default under do(trait := value), n floats; the mean of `defaults_under`.

        With no changes it is `true_pd` to the last digit, replica for replica. NaN at a limit
        of 0, where there is no account.

        >>> from data_generators import World, scenarios
        >>> truth = World(scenarios.ecommerce, customers=200, months=12, seed=7).truth
        >>> debt = truth.traits()["other_debt"].to_numpy()
        >>> as_it_is = truth.pd_under(20_000, replicas=16)
        >>> bool(truth.pd_under(20_000, {"other_debt": 0 * debt}).mean() <= as_it_is.mean())
        True
        """
        found = self.defaults_under(
            limit, changes, customers=customers, replicas=replicas, progress=progress
        )
        granted = np.broadcast_to(np.asarray(limit, dtype=float), found.shape[1:])
        return np.where(granted > 0, found.sum(axis=0) / replicas, np.nan)

    def defaults_under(
        self,
        limit: ArrayLike,
        changes: Mapping[str, ArrayLike] | None = None,
        *,
        customers: ArrayLike | None = None,
        replicas: int = 64,
        progress: bool = True,
    ) -> NDArray[np.bool_]:
        """Who defaults in which replica under do(trait := value): replicas × n flags.

        `limit` (RMB) and each change are one number, or one each of `customers` (ids; None: all),
        in that order; a NaN leaves a customer's own trait. A customer may be named twice, with
        other changes: as he is and as he might be, in one call at half the cost. Traits that can
        be set, with units, ranges and what they move: `interventions.SETTABLE`. All calls share
        their noise, so the difference of two columns is paired and its standard error is that
        of the differences.
        Frauds, and customers whose account will turn, keep their traits whatever is set. Raises
        InvalidInput for a trait that cannot be set, with the list of those that can.
        """
        return defaults_under(
            self.world,
            limit,
            changes,
            customers=customers,
            replicas=replicas,
            progress=progress,
        )


def _pd_of_market(
    market: "Market", limit: Floats, replicas: int, tick: Callable[[], object]
) -> Floats:
    """`Truth.true_pd` of one market's customers in a block."""
    price = np.full(len(limit), market.scenario.economics.apr)
    offer = Offer(limit, price, np.ones(len(limit), dtype=bool))
    default = np.zeros(len(limit))
    for replica in range(1, replicas + 1):
        months = market.lives(market.fates(market.logged_offer, replica), replica)
        default += lived(market.scenario, market.traits, market.intent.stops, months, offer)[0]
        tick()
    return np.where(limit > 0, default / replicas, np.nan)
