"""Where runs are kept, as a person says it, and the address of a page there."""

from urllib.parse import urlsplit, urlunsplit

from sandbox.tracking.connection import is_remote, tracking_uri
from sandbox.workspace import Workspace


def without_login(uri: str) -> str:
    """An address without the user and the password in it.

    >>> without_login("https://me:secret@mlflow.bank.example/team?a=1")
    'https://mlflow.bank.example/team?a=1'
    """
    parts = urlsplit(uri)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def place_of(workspace: Workspace) -> str:
    """The tracking server's address, or the folder of the results."""
    uri = tracking_uri(workspace)
    return without_login(uri) if is_remote(uri) else str(workspace.root)


def remote_page(uri: str, page: str) -> str:
    """A page's address at a tracking server; `page` is the part after `#/`.

    >>> remote_page("https://me:secret@mlflow.bank.example/team/", "experiments/3/runs")
    'https://mlflow.bank.example/team/#/experiments/3/runs'
    """
    return f"{without_login(uri).rstrip('/')}/#/{page}"
