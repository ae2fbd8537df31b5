"""The report as PDF: the HTML page, set by WeasyPrint on A4 with page numbers and links."""

from pathlib import Path

from sandbox.errors import BadInput
from sandbox.report.chinese_fonts import need_chinese
from sandbox.report.document import ReportDocument
from sandbox.report.render import html
from sandbox.workspace import written_whole


def pdf(document: ReportDocument) -> bytes:
    """The document as PDF, the same bytes for the same document and fonts.

    BadInput where the system's Pango library, which sets the text, is missing, or a Chinese font
    for a document in Chinese.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except OSError as error:
        raise BadInput(
            "A PDF needs the system's Pango library, which cannot be loaded "
            f"({str(error).splitlines()[0][:120]}); install it (Debian: libpango-1.0-0 and "
            "libpangoft2-1.0-0; macOS: brew install pango), or ask for another format."
        ) from error
    if document.language == "zh":
        need_chinese()
    # nothing is fetched: the page holds all that it shows
    made: bytes = HTML(
        string=html(document),
        url_fetcher=URLFetcher(allowed_protocols={"data"}, fail_on_errors=True),
    ).write_pdf(pdf_tags=True, custom_metadata=False)
    return made


def write_pdf(document: ReportDocument, path: Path) -> Path:
    """Write the PDF to `path`, whole or not at all, and return the path."""
    made = pdf(document)
    with written_whole(path) as partial:
        partial.write_bytes(made)
    return path
