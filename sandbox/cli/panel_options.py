"""Options of `validate` for a bank's account-months and its definitions."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from sandbox.portfolio.account_months import AccountMonths

F = TypeVar("F", bound=Callable[..., Any])


def account_months(function: F) -> F:
    """--panel, --panel-mapping and --definitions."""
    for option in (
        click.option(
            "--definitions",
            type=click.Path(path_type=Path, dir_okay=False),
            help="With --panel: YAML of the bank's own default, overdue, stages and categories; "
            "its hash is in the report. [default: those that come along]",
        ),
        click.option(
            "--panel-mapping",
            type=click.Path(path_type=Path, dir_okay=False),
            help="With --panel: YAML such as 'columns: {account: ACCT, dpd: DAYS_LATE}'.",
        ),
        click.option(
            "--panel",
            type=click.Path(path_type=Path, dir_okay=False),
            help="Table with one row an account and month, for vintages, rolls and stages; "
            "columns account, month, dpd (days past due), balance, and, where there are, "
            "vintage (month of origination), amount (granted), written_off, overdue, and more.",
        ),
    ):
        function = option(function)
    return function


def read(
    panel: Path | None, panel_mapping: Path | None, definitions: Path | None
) -> "AccountMonths | None":
    """The account-months, checked; None where none were given.

    UsageError where something is said of a panel that is not there, BadInput for mistakes in files.
    """
    if panel is None:
        for option, given in (("--panel-mapping", panel_mapping), ("--definitions", definitions)):
            if given is not None:
                raise click.UsageError(f"{option} goes with --panel; give the account-months too")
        return None
    from sandbox.portfolio.account_months import AccountMonths, PanelColumns
    from sandbox.validation.definitions import Definitions

    own = Definitions.from_file(definitions) if definitions is not None else None
    columns = PanelColumns.from_file(panel_mapping) if panel_mapping is not None else None
    return AccountMonths.from_file(panel, columns, own)
