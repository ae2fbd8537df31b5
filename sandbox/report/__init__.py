"""The validation report: assembled from the cells of a study, written in six formats."""

from sandbox.report.assemble import assemble
from sandbox.report.formats import write_report, write_reports
from sandbox.report.render import render_html

__all__ = ["assemble", "render_html", "write_report", "write_reports"]
