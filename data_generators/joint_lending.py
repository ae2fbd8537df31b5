"""Joint lending: who holds how much of each account, and who bears how much of each loss."""

from typing import TYPE_CHECKING

import numpy as np

from data_generators.partners import collapse_mob
from data_generators.rows import Columns, together

if TYPE_CHECKING:
    from data_generators.residents import Residents


def of_accounts(residents: "Residents", accounts: Columns) -> Columns:
    """Ledger of the jointly funded accounts, one row an account's month, RMB to the cent.

    Bank and partner shares add up to the account; the bank's part of a write-off is what it
    bears and what the partner compensates (nothing, once the partner has collapsed).
    """
    share, guarantee, fee, collapse = _terms(residents)
    who = accounts["customer_id"] - residents.block.start
    joint = np.flatnonzero(share[who] < 1)
    who = who[joint]
    taken = {name: accounts[name][joint] for name in ("closing", "written_off")}
    taken["interest"] = accounts["interest"][joint] + accounts["fee"][joint]
    bank = {name: np.round(values * share[who], 2) for name, values in taken.items()}
    stands = accounts["mob"][joint] - 1 < collapse[who]
    compensated = np.round(bank["written_off"] * guarantee[who] * stands, 2)
    return {
        "customer_id": accounts["customer_id"][joint],
        "mob": accounts["mob"][joint],
        "bank_closing": bank["closing"],
        "partner_closing": np.round(taken["closing"] - bank["closing"], 2),
        "bank_interest": bank["interest"],
        "partner_interest": np.round(taken["interest"] - bank["interest"], 2),
        "service_fee": np.round(bank["interest"] * fee[who], 2),
        "bank_loss": np.round(bank["written_off"] - compensated, 2),
        "compensation": compensated,
        "partner_loss": np.round(taken["written_off"] - bank["written_off"], 2),
        "event_time": accounts["event_time"][joint],
        "known_at": accounts["known_at"][joint],
    }


def _terms(residents: "Residents") -> tuple[np.ndarray, ...]:
    """Bank's share, guarantee, service fee and month of the partner's collapse, a customer."""
    falls = [collapse_mob(m.traits, m.fates(m.logged_offer)) for m in residents.markets]
    return (
        residents.by_market(lambda scenario: scenario.joint.bank_share),
        residents.by_market(lambda scenario: scenario.joint.guarantee),
        residents.by_market(lambda scenario: scenario.joint.service_fee),
        together(falls, residents.rows),
    )
