"""A report in the format that a file's name asks for."""

import csv
import io
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from sandbox.errors import BadInput
from sandbox.report.document import (
    Annex,
    Cell,
    Estimate,
    Link,
    Mark,
    RegisterLine,
    ReportDocument,
    Table,
)
from sandbox.report.language import check, head, translate, translated
from sandbox.workspace import written_whole

FORMATS = ("html", "pdf", "docx", "json", "csv", "xlsx")
#: rows of a table behind an exhibit that a workbook takes; more are rows of single cases
_MOST_ROWS = 100_000


def write_report(document: ReportDocument, path: Path, language: str = "en") -> Path:
    """Write the report to `path` in the format of its suffix, and return the path.

    .html, .pdf and .docx hold the whole report; .json its facts, opinion, every result and every
    finding; .csv the findings register; .xlsx every table. JSON is in English whatever the
    language, so that programs can read it. The file is written whole or not at all.

    Raises BadInput for another suffix or language.
    """
    check(language)
    kind = format_of(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    said = translated(document, language)
    if kind in {"json", "csv"}:
        text = report_json(document) if kind == "json" else findings_csv(said)
        with written_whole(path) as partial:
            # without its mark Excel takes a file for one of the system's old code page
            partial.write_bytes(text.encode("utf-8-sig" if text[:1] > "\u2fff" else "utf-8"))
        return path
    return _workbook(said, path) if kind == "xlsx" else _writer(kind)(said, path)


def format_of(path: Path) -> str:
    """The format that a file's ending asks for; BadInput where it is none.

    >>> format_of(Path("limits.PDF"))
    'pdf'
    """
    kind = path.suffix.removeprefix(".").lower()
    if kind not in FORMATS:
        raise BadInput(
            f"{path} ends in {path.suffix or 'nothing'}; a report ends in one of "
            f"{', '.join('.' + f for f in FORMATS)}."
        )
    return kind


def write_reports(
    document: ReportDocument, path: Path, formats: Sequence[str] = (), language: str = "en"
) -> tuple[Path, ...]:
    """The report in several formats beside each other; without `formats`, in that of `path`."""
    if not formats:
        return (write_report(document, path, language),)
    known = path.suffix.removeprefix(".").lower() in FORMATS
    return tuple(
        write_report(
            document,
            path.with_suffix(f".{kind}") if known else path.with_name(f"{path.name}.{kind}"),
            language,
        )
        for kind in formats
    )


def _writer(kind: str) -> Callable[[ReportDocument, Path], Path]:
    if kind == "pdf":
        from sandbox.report.pdf_file import write_pdf

        return write_pdf
    if kind == "docx":
        from sandbox.report.docx_file import write_docx

        return write_docx
    from sandbox.report.render import render_html

    return render_html


def report_json(document: ReportDocument) -> str:
    """Facts, opinion, signatures, results and findings as JSON, keys in reading order.

    What is not a finite number is null, never NaN, which JSON does not have.
    """
    record = {
        "title": document.title,
        "subtitle": document.subtitle,
        "date": document.date,
        "opinion": {
            "text": document.opinion.text,
            "because": document.opinion.because,
        },
        "facts": dict(document.facts),
        "signatures": [asdict(line) for line in document.signatures],
        "findings": [asdict(line) for line in document.annex.register],
        "results": [result.record() for result in document.annex.results],
    }
    return json.dumps(_finite(record), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def findings_csv(document: ReportDocument) -> str:
    """The findings register as CSV with a header, in the document's language.

    A cell that a spreadsheet would read as a formula gets an apostrophe in front.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    names = [name for name in RegisterLine.__dataclass_fields__ if name != "anchor"]
    writer.writerow([head(name, document.language) for name in names])
    for line in document.annex.register:
        writer.writerow([_plain(str(getattr(line, name))) for name in names])
    return file.getvalue()


def tables_of(document: ReportDocument) -> dict[str, pd.DataFrame]:
    """Every table of a report by sheet: findings, tests, the exhibits as printed, their sources.

    An exhibit is text as it stands on the page; below it, under its own name, the table that it
    was drawn from has numbers.
    """
    annex = document.annex
    tables = {
        translate("findings", document.language): pd.DataFrame(
            [{k: v for k, v in asdict(f).items() if k != "anchor"} for f in annex.register]
        ),
        translate("tests", document.language): _tests(annex, document.language),
    }
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                tables[f"{block.number} {block.title}"] = _printed(block, document.language)
    sources: list[pd.DataFrame] = []
    for name, table in annex.tables.items():
        # several tests may draw from one table
        if 0 < len(table) <= _MOST_ROWS and not any(table.equals(other) for other in sources):
            sources.append(table)
            tables.setdefault(name, _sheetable(table))
    return {name: table for name, table in tables.items() if len(table.columns)}


def _described(document: ReportDocument) -> dict[str, str]:
    """What the index says of each sheet: its section, or the tests that draw from the table."""

    def said(text: str) -> str:
        return translate(text, document.language)

    found = {
        said("findings"): said("Findings register"),
        said("tests"): said("Appendix: every test in full"),
    }
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                found[f"{block.number} {block.title}"] = f"{section.number} {section.title}"
    for result in document.annex.results:
        found.setdefault(result.id, result.title)
    return found


def _workbook(document: ReportDocument, path: Path) -> Path:
    from sandbox.report.workbook import write_workbook

    return write_workbook(
        tables_of(document),
        path,
        title=f"{document.title}, {document.subtitle}, {document.date}",
        descriptions=_described(document),
        heads=lambda name: head(name, document.language),
    )


def _tests(annex: Annex, language: str) -> pd.DataFrame:
    rows = []
    for result in annex.results:
        record = result.record()
        low, high = record.pop("interval") or (None, None)
        record["verdict"] = translate(record["verdict"], language)
        rows.append({**record, "low": low, "high": high})
    return pd.DataFrame(rows)


def _printed(table: Table, language: str) -> pd.DataFrame:
    heads = [column.title or " " for column in table.columns]
    numbered = [
        head if heads.count(head) == 1 else f"{head} {heads[: place + 1].count(head)}"
        for place, head in enumerate(heads)
    ]
    return pd.DataFrame(
        [[_text(cell, language) for cell in row] for row in table.rows], columns=numbered
    )


def _text(cell: Cell, language: str) -> str:
    if isinstance(cell, Mark):
        from sandbox.report.render import MARKS

        return "; ".join(t for t in (translate(MARKS[cell.verdict][1], language), cell.below) if t)
    if isinstance(cell, Estimate):
        return f"{cell.text} ({cell.below})" if cell.below else cell.text
    return cell.text if isinstance(cell, Link) else cell


def _sheetable(table: pd.DataFrame) -> pd.DataFrame:
    """The same with text for what a sheet cannot hold: categories, intervals, lists."""
    made = table.copy()
    made.columns = [str(c) for c in made.columns]
    for name in made.columns:
        if made[name].dtype.kind not in "biuf":
            made[name] = [v if v is None or v != v else _cell(v) for v in made[name]]
    return made


def _cell(value: Any) -> Any:
    return value if isinstance(value, str | bool | int | float) else str(value)


def _plain(text: str) -> str:
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value
