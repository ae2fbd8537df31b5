"""Options of the words that write a validation report."""

import contextlib
import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

#: as `sandbox.report.formats` and `sandbox.report.language`, not imported for --help
FORMATS = ("html", "pdf", "docx", "json", "csv", "xlsx")
LANGUAGES = ("en", "zh")


class Formats(click.ParamType):  # type: ignore[type-arg]  # not generic when run
    """One format, several with commas, or all."""

    name = "LIST"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """The formats in the order asked for, each once."""
        if isinstance(value, tuple):
            return value
        asked = [part.strip().lower() for part in str(value).split(",") if part.strip()]
        for part in asked or [str(value)]:
            if part not in (*FORMATS, "all"):
                self.fail(f"{part!r} is no format; choose from {', '.join(FORMATS)}, all")
        return FORMATS if "all" in asked else tuple(dict.fromkeys(asked))


class ReportDay(click.ParamType):  # type: ignore[type-arg]  # not generic when run
    """A day as the cover prints it."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The day as it was typed; another text is refused."""
        day = ""
        with contextlib.suppress(ValueError):
            day = datetime.date.fromisoformat(str(value)).isoformat()
        if day != value:
            self.fail(f"{value!r} is no day; write it as YYYY-MM-DD", param, ctx)
        return day


def formats(function: F) -> F:
    """--format: several files at once."""
    return click.option(
        "--format",
        "formats",
        type=Formats(),
        default=(),
        help=f"Several files beside each other: {','.join(FORMATS)}, or all.",
    )(function)


def language(function: F) -> F:
    """--language: of the report."""
    return click.option(
        "--language",
        type=click.Choice(LANGUAGES),
        default="en",
        show_default=True,
        help="Of the report; .json stays English, for programs.",
    )(function)


def signoff(function: F) -> F:
    """--signoff: who stands behind the model."""
    return click.option(
        "--signoff",
        type=click.Path(path_type=Path, dir_okay=False),
        help="YAML with the model's id, version, tier, people and owners.",
    )(function)


def policy(function: F) -> F:
    """--policy: the bank's own thresholds."""
    return click.option(
        "--policy",
        type=click.Path(path_type=Path, dir_okay=False),
        help="YAML with the bank's own thresholds; figures are judged again by it.",
    )(function)


def report_date(function: F) -> F:
    """--report-date: what alone differs between two reports on the same inputs."""
    return click.option(
        "--report-date",
        type=ReportDay(),
        help="The report's date, in the place of today; the same inputs and date give the same "
        "bytes.",
    )(function)


#: in the order in which --help shows them
EDITION = (formats, language, policy, report_date)


def written(function: F) -> F:
    """--format, --language, --signoff, --policy and --report-date."""
    for option in (report_date, policy, signoff, language, formats):
        function = option(function)
    return function
