"""A report as one HTML file that needs nothing else: style, figures and text in it."""

from pathlib import Path

from sandbox.errors import BadInput
from sandbox.report.document import ReportDocument
from sandbox.report.language import translate
from sandbox.validation.result import Verdict
from sandbox.workspace import written_whole

#: bytes; a file larger than this is refused, since mail and viewers refuse it too
LARGEST = 5 * 1000 * 1000

#: shape, word and colour class of a verdict: none is told by colour alone
MARKS = {
    Verdict.PASS: ("●", "pass", "pass"),
    Verdict.WARN: ("▲", "warning", "warn"),
    Verdict.FAIL: ("■", "fail", "fail"),
    Verdict.NOT_EVALUATED: ("○", "not evaluated", "none"),
    None: ("–", "for information", "info"),
}


def css_string(text: str) -> str:
    """Text for a quoted CSS string: all but plain letters and digits are escaped, so that no
    name can end the string or the style.

    >>> css_string('a"b')
    'a\\\\22 b'
    """
    return "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):x} " for c in text)


def html(document: ReportDocument) -> str:
    """The document as HTML; every text in it is escaped, the figures are our own SVG."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("sandbox.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["css_string"] = css_string
    environment.tests["block"] = lambda value, kind: type(value).__name__ == kind
    environment.filters["tr"] = lambda text: translate(text, document.language)
    return environment.get_template("report.html.j2").render(document=document, marks=MARKS)


def render_html(document: ReportDocument, path: Path) -> Path:
    """Write the report to `path`, whole or not at all, and return the path.

    Raises BadInput when the file would exceed 5 MB.
    """
    text = html(document).encode()
    if len(text) > LARGEST:
        raise BadInput(
            f"The report would have {len(text) / 1e6:.1f} MB, more than {LARGEST / 1e6:.0f} MB; "
            "report on fewer models at a time."
        )
    with written_whole(path) as partial:
        partial.write_bytes(text)
    return path
