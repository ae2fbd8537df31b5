"""The people of a block and their habits: payday, employer, landlord, circle, regular shops."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import Flags, Traits
from data_generators.fund_flows.accounts import RANGES, Accounts, draw_accounts
from data_generators.fund_flows.calendar import PAYDAY_SHARES
from data_generators.fund_flows.stage import Stage
from data_generators.links import loan_accounts
from data_generators.residents import PARTNER_IDS, Residents
from data_generators.rows import together
from data_generators.scenarios import Scenario
from data_generators.scenarios.flows import Flows
from data_generators.streams import BLOCK, Floats, Ints, Streams

#: shops where a customer buys again and again (assumed)
REGULARS = 8
#: log spread between customers of how often they pay (assumed)
_ACTIVITY = 0.35


@dataclass(frozen=True)
class People:
    """Customers of one whole block; those from `size` on are beyond the world's end."""

    scenario: Scenario
    #: customers inside the world
    size: int
    #: of the whole block
    residents: Residents
    #: noise of the whole block
    streams: Streams

    @property
    def flows(self) -> Flows:
        """The scenario's parameters of fund flows."""
        return self.scenario.flows

    @cached_property
    def traits(self) -> Traits:
        """Latent traits, whole block."""
        return self.residents.traits

    @cached_property
    def accounts(self) -> Accounts:
        """Accounts of the block; customers beyond the world's end have theirs elsewhere."""
        share = self.residents.by_market(lambda scenario: scenario.population.own_customer_share)
        own = self.streams.uniform("own_customer") < share
        own &= np.arange(BLOCK) < self.size
        return draw_accounts(self.traits.business, own, self.flows.popularity, self.streams)

    @cached_property
    def employer(self) -> Ints:
        """Account that pays each person's salary."""
        # Few employers have most staff.
        return RANGES["employer"].pick(self.streams.uniform("employer") ** 2)

    @cached_property
    def payday(self) -> Ints:
        """Position in `PAYDAYS`: the employer's."""
        edges = np.cumsum(PAYDAY_SHARES)[:-1]
        u = self.streams.shared("payday", RANGES["employer"].count)
        return np.searchsorted(edges, u, side="right")[self.employer - RANGES["employer"].first]

    @cached_property
    def salaried(self) -> Flags:
        """Persons with a salary."""
        return ~self.traits.business & (self.streams.uniform("salaried") < self.flows.salaried)

    @cached_property
    def activity(self) -> Floats:
        """How much oftener than the mean each pays, mean 1."""
        noise = _ACTIVITY * self.streams.normal("activity")
        return np.exp(noise - _ACTIVITY**2 / 2)

    @cached_property
    def rent(self) -> Floats:
        """Rent that persons pay each month by transfer, whole cents, in fifties of RMB; else 0."""
        pays = ~self.traits.business & (self.streams.uniform("rents") < self.flows.renters)
        wanted = self.flows.rent_share * self.traits.income
        return np.where(pays, 5_000.0 * np.maximum(np.rint(wanted / 50.0), 4.0), 0.0)

    @cached_property
    def landlord(self) -> Ints:
        """Whom they pay it to."""
        return RANGES["landlord"].pick(self.streams.uniform("landlord"))

    @cached_property
    def lender(self) -> Ints:
        """Whom they pay for their other debts."""
        return RANGES["lender"].pick(self.streams.uniform("other_lender"))

    @cached_property
    def broker(self) -> Ints:
        """With whom investors invest."""
        return RANGES["broker"].pick(self.streams.uniform("broker"))

    @cached_property
    def invests(self) -> Flags:
        """Persons who invest each month."""
        return ~self.traits.business & (self.streams.uniform("invests") < self.flows.investors)

    @cached_property
    def circle(self) -> Ints:
        """People each deals with, customers × circle, account numbers."""
        wide = self.flows.circle
        u = self.streams.shared("circle", wide * BLOCK).reshape(BLOCK, wide)
        who = self.stage(0.0, 1.0).people(u)
        own = np.arange(BLOCK)[:, None]
        return np.where(who == own, RANGES["person"].first + own, who)

    @cached_property
    def regulars(self) -> NDArray[np.int64]:
        """Shops each goes to again and again, customers × `REGULARS`, account numbers."""
        u = self.streams.shared("regulars", REGULARS * BLOCK)
        return self.accounts.merchants(u).reshape(BLOCK, REGULARS)

    @cached_property
    def device(self) -> Ints:
        """Opaque id of the device each applied from: the one that transfers are ordered on."""
        ids: Ints = self.residents.applications.observed["device_id"].astype(np.int64)
        return ids

    @cached_property
    def platform(self) -> Ints:
        """Account of the partner that brought each."""
        number = self.residents.partner_id - self.streams.block.index * PARTNER_IDS
        return RANGES["platform"].first + number

    @cached_property
    def paid_into(self) -> Ints:
        """Account that each one's loan is paid into: the own, the family's, or a ring's."""
        markets = self.residents.markets
        return together([loan_accounts(m) for m in markets], self.residents.rows).astype(np.int64)

    @cached_property
    def applied(self) -> Floats:
        """Time of each application, days."""
        seen = self.residents.applications.observed
        return seen["apply_day"].astype(float) + seen["apply_hour"].astype(float) / 24.0

    def stage(self, start: float, end: float) -> Stage:
        """What typologies are given; without the circle for a window of nothing."""
        traits = self.traits
        circle = self.circle if end - start > 1 else np.zeros((BLOCK, 1), dtype=np.int64)
        return Stage(
            start=start,
            end=end,
            income=traits.income,
            buffer=traits.buffer,
            turnover=traits.turnover,
            business=traits.business,
            accounts=self.accounts,
            circle=circle,
            camouflage=self.scenario.transfer_fraud.camouflage,
        )
