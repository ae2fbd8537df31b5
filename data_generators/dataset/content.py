"""What of a world is written: which tables, known by which day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from data_generators import schema
from data_generators.customers import Flags
from data_generators.dataset.columns import Columns
from data_generators.errors import InvalidInput
from data_generators.identity import IDENTITIES, LOCALES, provenance
from data_generators.identity.residents import identities_of
from data_generators.observation import check_as_of, observe_block
from data_generators.residents import Residents
from data_generators.schema import Table


@dataclass(frozen=True)
class Content:
    """What is asked for; InvalidInput when it cannot be."""

    #: days since the scenario's first day; None for everything
    as_of: float | None = None
    #: of the personal data; None for none
    locale: str | None = None
    #: calendar months of fund flows; None for none
    fund_flows: int | None = None

    def __post_init__(self) -> None:
        check_as_of(self.as_of)
        if self.locale is not None and self.locale not in LOCALES:
            raise InvalidInput(
                f"locale {self.locale!r} is unknown; choose one of {', '.join(LOCALES)}."
            )

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables to write."""
        return (*self.of_customers, *self.of_transfers)

    @property
    def of_customers(self) -> tuple[Table, ...]:
        """Those that come as a whole for each block."""
        return (*schema.OBSERVED, *(() if self.locale is None else (IDENTITIES,)))

    @property
    def of_transfers(self) -> tuple[Table, ...]:
        """Those that come month by month."""
        return () if self.fund_flows is None else schema.FUND_FLOWS

    @property
    def personal_data(self) -> dict[str, str] | None:
        """Where the personal data come from; None when there are none."""
        return None if self.locale is None else provenance(self.locale)

    def about(self, table: Table) -> dict[str, str]:
        """What the table's files say about themselves beside their world."""
        return (self.personal_data or {}) if table is IDENTITIES else {}

    def of_block(self, residents: Residents) -> dict[str, Columns]:
        """The tables of one block's customers by name, not cut at any day."""
        tables: dict[str, Columns] = {**observe_block(residents)}
        if self.locale is not None:
            people = identities_of(residents, self.locale)
            texts = {name: people[name].combine_chunks() for name in people.column_names}
            tables[IDENTITIES.name] = {**texts, "customer_id": people["customer_id"].to_numpy()}
        return tables

    def transfers_of_block(
        self, residents: Residents, accounts: Columns
    ) -> Iterator[Mapping[str, Columns]]:
        """The tables of one block's transfers, month by month, with the block's `accounts`."""
        if self.fund_flows is not None:
            from data_generators.fund_flows.doors import flows_of_block

            yield from flows_of_block(residents, self.fund_flows, dict(accounts))

    def known(self, columns: Columns, applications: Columns) -> Flags | None:
        """Rows known by `as_of`, None for all; without times, those of who has applied by then."""
        if self.as_of is None:
            return None
        if "known_at" in columns:
            known: Flags = columns["known_at"] <= self.as_of
            return known
        applied = applications["customer_id"][applications["known_at"] <= self.as_of]
        return np.isin(columns["customer_id"], applied)
