"""The identity graph as the bank comes to know it: who was seen with which device, phone, ...

Every application ties a customer to a device, a phone, an address, an account and a merchant.
Some sightings are older (the app's and the partner's history comes with the application) or
younger: a second device, the phone and the address before a move, a new handset, the address
after one. Numbers are recycled and homes get new tenants, so that strangers are linked too.
Frauds have as many such sightings as anybody.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from data_generators.customers import Flags
from data_generators.households import Households, draw_households
from data_generators.identifiers import hide
from data_generators.repayment.life import KINDS as LIFE
from data_generators.repayment.life import draw_life
from data_generators.replay import MONTH
from data_generators.rows import category, together
from data_generators.streams import BLOCK, Floats, Ints, Streams
from data_generators.terminals import on_terminals
from data_generators.typologies import RING, TYPOLOGIES

if TYPE_CHECKING:
    from data_generators.residents import Market, Residents

#: kinds of nodes; the order is that of the rows of one application
NODES = ("customer", "device", "phone", "address", "account", "merchant")
#: share of customers seen on a second device before, and on a new one later (assumed)
_SECOND_DEVICE, _NEW_DEVICE = 0.15, 0.06
#: of those who applied on somebody else's device: seen on their own later (assumed)
_OWN_DEVICE = 0.60
#: of those seen on a second device who share a home: share for whom it is the family's (assumed)
_OF_THE_FAMILY = 0.30
#: share seen with an old phone before, and with a new one later (assumed)
_OLD_PHONE, _NEW_PHONE = 0.10, 0.04
#: share of old phone numbers that somebody else has by now (assumed)
_RECYCLED = 0.15
#: share seen at an old address before; share of them where somebody else lives now (assumed)
_OLD_ADDRESS, _NEXT_TENANT = 0.20, 0.30
#: share of those who move and tell the bank (assumed)
_TELLS = 0.70
#: mean days before or after the application of sightings (assumed)
_BEFORE, _AFTER = 150.0, 60.0
#: days within which the bank learns of a new phone or address, from 0 (assumed)
_LAG = 15.0


class Sighting(NamedTuple):
    """Customers (positions among those meant) seen with identifiers of one kind."""

    kind: str
    who: Ints
    #: opaque ids
    target: Ints
    #: days since the scenario's first day
    event_time: Floats
    known_at: Floats


def links_of(residents: "Residents", applied: Floats) -> dict[str, object]:
    """`schema.LINKS` for one block; `applied` is the time of each application, days.

    Rows are in order of customer, then of when they became known.
    """
    seen = [*_at_application(residents, applied)]
    for market in residents.markets:
        rows = np.arange(residents.block.size) if market.rows is None else market.rows
        others = _elsewhere(market, applied[rows])
        seen.extend(each._replace(who=rows[each.who]) for each in others)
    end = applied + MONTH * residents.months
    who = np.concatenate([each.who for each in seen])
    event = np.concatenate([each.event_time for each in seen])
    known = np.concatenate([each.known_at for each in seen])
    kind = np.repeat([NODES.index(each.kind) for each in seen], [len(each.who) for each in seen])
    target = np.concatenate([each.target for each in seen])
    order = np.lexsort((event, kind, known, who))
    order = order[event[order] <= end[who[order]]]
    return {
        "source_kind": category(np.zeros(len(order)), NODES),
        "source_id": residents.streams.ids[who[order]],
        "target_kind": category(kind[order], NODES),
        "target_id": target[order],
        "event_time": event[order],
        "known_at": known[order],
    }


def loan_accounts(market: "Market") -> Ints:
    """Truth: position in the block of whose account each customer's loan is paid into.

    The own, the family's where it shares one, or one that a ring collects on. Its opaque id is
    `identifiers.hide(positions, "account_id", streams)`, which is that of fund flows too.
    """
    streams, mix = market.streams, market.scenario.fraud
    at_home = draw_households(streams, mix.honest_sharing).account[streams.positions]
    who = np.flatnonzero(market.typology == 1 + TYPOLOGIES.index(RING))
    collected = RING.accounts(who, mix, streams)
    mine = np.zeros(streams.size, dtype=bool)
    mine[who] = collected[who] != streams.positions[who]
    return np.where(mine, collected, at_home)


def _at_application(residents: "Residents", applied: Floats) -> list[Sighting]:
    everyone = np.arange(residents.block.size)
    columns = residents.applications.observed
    account = together([loan_accounts(m) for m in residents.markets], residents.rows)
    targets = {
        "device": columns["device_id"].astype(np.int64),
        "phone": columns["phone_id"].astype(np.int64),
        "address": columns["address_id"].astype(np.int64),
        "account": hide(account, "account_id", residents.streams),
        "merchant": residents.partner_id,
    }
    return [Sighting(kind, everyone, ids, applied, applied) for kind, ids in targets.items()]


@dataclass(frozen=True)
class _Scene:
    """What sightings of one market's customers hang on."""

    streams: Streams
    applied: Floats
    at: Households

    def some(self, purpose: str, share: float, among: Flags | None = None) -> Ints:
        """A keyed share of customers, of some of them."""
        chosen = self.streams.uniform(purpose) < share
        return np.flatnonzero(chosen if among is None else chosen & among)

    def before(self, kind: str, purpose: str, who: Ints, target: Ints) -> Sighting:
        """Seen before the application, and known with it."""
        ago = 1.0 - _BEFORE * np.log1p(-self.streams.uniform(f"{purpose}_time"))
        applied = self.applied[who]
        return Sighting(kind, who, target[who], applied - ago[who], applied)

    def after(self, kind: str, purpose: str, who: Ints, target: Ints, lag: float) -> Sighting:
        """Seen after the application, and known at most `lag` days later."""
        later = 0.05 - _AFTER * np.log1p(-self.streams.uniform(f"{purpose}_time"))
        event = (self.applied + later)[who]
        known = event + lag * self.streams.uniform(f"{purpose}_lag")[who]
        return Sighting(kind, who, target[who], event, known)

    def own(self, name: str) -> Ints:
        """A number of everybody's own, of another kind than those of the applications."""
        return hide(self.streams.positions.astype(np.int64), name, self.streams)

    def or_else(self, name: str, purpose: str, share: float, others: Ints, column: str) -> Ints:
        """The own number `name`; for a share, the `column` of a stranger (`others`, a block's)."""
        stranger = (self.streams.uniform(f"{purpose}_whose") * BLOCK).astype(np.int64)
        theirs = hide(others[stranger], column, self.streams)
        return np.where(self.streams.uniform(purpose) < share, theirs, self.own(name))


def _elsewhere(market: "Market", applied: Floats) -> list[Sighting]:
    """Sightings of one market's customers besides those of the application."""
    streams = market.streams
    at = draw_households(streams, market.scenario.fraud.honest_sharing)
    scene = _Scene(streams, applied, at)
    return [*_devices(scene, market), *_phones(scene), *_addresses(scene, market)]


def _devices(scene: _Scene, market: "Market") -> list[Sighting]:
    streams = scene.streams
    device = on_terminals(market.scenario, streams)
    # The device of the family's first member, where it is not the one applied on.
    mine = streams.positions
    first = scene.at.address[mine]
    familys = scene.at.device[first]
    family = (scene.at.family[mine] >= 0) & (familys != device[mine])
    family &= device[first] == familys  # who applies on a terminal is not seen with a device
    family &= streams.uniform("second_device_familys") < _OF_THE_FAMILY
    second = np.where(family, hide(familys, "device_id", streams), scene.own("second_device_id"))
    shown = market.applications.observed["device_id"].astype(np.int64)
    elsewhere = shown != hide(mine.astype(np.int64), "device_id", streams)
    later, new = scene.own("own_device_id"), scene.own("new_device_id")
    return [
        scene.before(
            "device", "second_device", scene.some("second_device", _SECOND_DEVICE), second
        ),
        scene.after(
            "device", "own_device", scene.some("own_device", _OWN_DEVICE, elsewhere), later, 0.0
        ),
        scene.after("device", "new_device", scene.some("new_device", _NEW_DEVICE), new, 0.0),
    ]


def _phones(scene: _Scene) -> list[Sighting]:
    old = scene.or_else("old_phone_id", "recycled", _RECYCLED, scene.at.phone, "phone_id")
    new = scene.own("new_phone_id")
    return [
        scene.before("phone", "old_phone", scene.some("old_phone", _OLD_PHONE), old),
        scene.after("phone", "new_phone", scene.some("new_phone", _NEW_PHONE), new, _LAG),
    ]


def _addresses(scene: _Scene, market: "Market") -> list[Sighting]:
    at = scene.at
    old = scene.or_else("old_address_id", "next_tenant", _NEXT_TENANT, at.address, "address_id")
    before = scene.before("address", "old_address", scene.some("old_address", _OLD_ADDRESS), old)
    life = draw_life(market.scenario, market.traits, scene.streams, market.months)
    moves = life.kind == LIFE.index("move")
    moved, month = life.who[moves], life.month[moves]
    tells = scene.streams.uniform("tells_of_move")[moved] < _TELLS
    moved, month = moved[tells], month[tells]
    event = scene.applied[moved] + MONTH * (month + scene.streams.uniform("moved_on")[moved])
    known = event + _LAG * scene.streams.uniform("moved_lag")[moved]
    after = Sighting("address", moved, scene.own("new_address_id")[moved], event, known)
    return [before, after]
