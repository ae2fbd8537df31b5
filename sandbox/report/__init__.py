"""The validation report: assembled from the cells of a study, rendered to one HTML file."""

from sandbox.report.assemble import assemble
from sandbox.report.render import render_html

__all__ = ["assemble", "render_html"]
