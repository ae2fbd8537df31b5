"""Options of the words that write a validation report."""

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


def written(function: F) -> F:
    """--format, --language, --signoff and --policy."""
    for option in (
        click.option(
            "--policy",
            type=click.Path(path_type=Path, dir_okay=False),
            help="YAML with the bank's own thresholds; figures are judged again by it.",
        ),
        click.option(
            "--signoff",
            type=click.Path(path_type=Path, dir_okay=False),
            help="YAML with the model's id, version, tier, people and owners.",
        ),
        click.option(
            "--language",
            type=click.Choice(LANGUAGES),
            default="en",
            show_default=True,
            help="Of the report; .json stays English, for programs.",
        ),
        click.option(
            "--format",
            "formats",
            type=Formats(),
            default=(),
            help=f"Several files beside each other: {','.join(FORMATS)}, or all.",
        ),
    ):
        function = option(function)
    return function
