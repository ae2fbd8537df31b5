"""The command line, `risk-sandbox`: one file a command, each importing what it needs when it runs.

Loading this package costs click and nothing else, so that `--help` answers at once.
"""

from sandbox.cli.program import main

__all__ = ["main"]
