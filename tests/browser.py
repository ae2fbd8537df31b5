"""A page of a real browser for tests and pictures: the system's Chromium, headless.

    with open_page() as page:
        page.goto(address)

Nothing is fetched to get there, and the browser itself calls nobody: what a page requests is
what `page.on("request", ...)` hears.
"""

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright
from start_script import start

#: pixels of a page: MLflow's Compare needs a wide window to show its list of files
WIDTH, HEIGHT = 1920, 1000
#: without a sandbox of Chromium's own: that wants namespaces, which containers do not give to root
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: milliseconds that an element may take to appear
PATIENCE = 30_000

#: draws two different characters: where no font has them, both are the same box
_BOXES = """() => {
    const drawn = [...'信额'].map(character => {
        const canvas = document.createElement('canvas');
        const pen = canvas.getContext('2d');
        pen.font = '40px sans-serif';
        pen.fillText(character, 5, 60);
        return canvas.toDataURL();
    });
    return drawn[0] === drawn[1];
}"""


def chromium() -> str:
    """Where the system's Chromium is; AssertionError, one sentence, where there is none."""
    found = next((path for name in start.CHROMIUM if (path := shutil.which(name))), None)
    assert found, (
        f"None of {', '.join(start.CHROMIUM)} is on the PATH, and the tests in a browser need one; "
        "install the package chromium (apt-get install chromium)."
    )
    return found


@contextmanager
def open_page(width: int = WIDTH, height: int = HEIGHT, before: str = "") -> Iterator[Page]:
    """A page with an empty profile; the script `before` runs before those of any site."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        try:
            page = browser.new_page(viewport={"width": width, "height": height})
            page.set_default_timeout(PATIENCE)
            if before:
                page.add_init_script(before)
            yield page
        finally:
            browser.close()


def free_port() -> int:
    """A port of this machine that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def draws_chinese(page: Page) -> bool:
    """Whether some font of this machine has Chinese characters, so that they are not boxes."""
    return not page.evaluate(_BOXES)
