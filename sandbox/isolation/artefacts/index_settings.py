"""Which index uv asks: the one that pip is configured for, unless uv's own settings say more.

Users have pip's settings (a mirror, certificates, a proxy) and seldom uv's, which reads none of
pip's. No index is named here.
"""

from __future__ import annotations

import ast
import functools
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from sandbox.isolation import interpreter

#: uv's setting for each of pip's that is one word
_SAME = {"index-url": "UV_DEFAULT_INDEX", "retries": "UV_HTTP_RETRIES"}
#: pip's options that are lists of words: uv's setting and what stands between the words there
_LISTS = {
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
}
#: pip's options that are settings of the connection
_CONNECTION = {
    "cert": ("SSL_CERT_FILE",),
    "client-cert": ("SSL_CLIENT_CERT",),
    "proxy": ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"),
}


def environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment in which uv installs from where pip would; UV_* of the caller's hold."""
    import ssl  # late: every worker imports this module, and none needs it

    environ = dict(os.environ if environ is None else environ)
    pip = _pip_options()
    found: dict[str, str] = {}
    for option, value in pip.items():
        if option in _SAME:
            found[_SAME[option]] = value
        elif option in _LISTS:
            name, between = _LISTS[option]
            found[name] = between.join(filter(_is_there, value.split()))
        elif option == "no-index" and value.lower() in ("1", "true", "yes", "on"):
            found["UV_NO_INDEX"] = "1"
        elif option in ("timeout", "default-timeout"):
            found["UV_HTTP_TIMEOUT"] = value.partition(".")[0]
    # To pip all indexes rank equal and the highest version wins. It is a stranger who names the
    # packages here, and whoever puts a higher version of a bank's own package on the public index
    # would win as well. So a package comes from the user's extra index, unless no version there
    # will do: a mirror that has only some versions would otherwise hide the others.
    if found.get("UV_INDEX"):
        found["UV_INDEX_STRATEGY"] = "unsafe-first-match"
    if ssl.get_default_verify_paths().cafile:  # where a bank's own authority stands
        found["UV_SYSTEM_CERTS"] = "true"
    settings = {name: value for name, value in found.items() if value} | environ
    for option, names in _CONNECTION.items():
        settings.update({name: pip[option] for name in names if pip.get(option)})
    return settings


@functools.cache
def _pip_options() -> dict[str, str]:
    """What `pip config list` of the base interpreter says: environment, then install, global."""
    environ = dict(os.environ)
    if chosen := environ.get("PIP_CONFIG_FILE"):
        environ["PIP_CONFIG_FILE"] = os.path.abspath(chosen)
    # isolated and elsewhere: a pip.py in the caller's folder or on PYTHONPATH is not run
    listing = subprocess.run(
        [str(interpreter.current().executable), "-I", "-m", "pip", "config", "list"],
        cwd="/",
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    options: dict[str, str] = {}
    for wanted in ("global", "install", ":env:"):
        for line in listing.splitlines():
            key, _, value = line.partition("=")
            section, _, name = key.rpartition(".")
            if section == wanted:
                options[name] = str(ast.literal_eval(value))
    return options


def _is_there(place: str) -> bool:
    """pip passes over a folder that is gone, uv stops at it."""
    path = place.removeprefix("file://")
    return "://" in path or Path(path).expanduser().exists()
