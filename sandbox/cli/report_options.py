"""Options of the words that write a validation report."""

import contextlib
import datetime
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from sandbox.report.document import ReportDocument
    from sandbox.report.edition import Edition

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
        help="YAML with the bank's own thresholds; figures are judged again by it. `extends: "
        "standard` in it keeps the built-in bounds of all other tests.",
    )(function)


def report_date(function: F) -> F:
    """--report-date: what alone differs between two reports on the same inputs."""
    return click.option(
        "--report-date",
        type=ReportDay(),
        help="The report's date, in the place of today; the same inputs and date give the same "
        "bytes.",
    )(function)


def refuse_place(out: Path | None) -> None:
    """BadInput where the report could not be written in the end: told before the work is done."""
    from sandbox.errors import BadInput

    if out is None:
        return
    folder = out.absolute().parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        raise BadInput(f"{out} cannot be written: {folder} is a file; give another --out.")
    if not os.access(folder, os.W_OK):
        raise BadInput(f"{out} cannot be written: {folder} is not yours; give another --out.")


def say_policy(edition: "Edition") -> None:
    """A note where the bank's policy leaves most figures unjudged, as one line of it may."""
    policy = edition.policy
    if policy is not None and policy.silent_on:
        click.echo(
            f"Policy {policy.label} sets no bounds for {policy.silent_on} of the tests that the "
            "built-in one judges; they are shown for information. `extends: standard` in the file "
            "keeps the built-in bounds.",
            err=True,
        )


def say_opinion(document: "ReportDocument") -> None:
    """The opinion on the terminal, then a sign of life while files are written."""
    from sandbox.cli.options import say_at_once
    from sandbox.cli.tables import print_paragraph

    print_paragraph(f"Opinion by rule: {document.opinion.text}. {document.opinion.because}")
    say_at_once("Writing the report ...")


#: in the order in which --help shows them
EDITION = (formats, language, policy, report_date)


def written(function: F) -> F:
    """--format, --language, --signoff, --policy and --report-date."""
    for option in (report_date, policy, signoff, language, formats):
        function = option(function)
    return function
