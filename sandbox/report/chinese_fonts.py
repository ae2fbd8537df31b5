"""Whether a Chinese font is installed that the PDF can be set in."""

from collections.abc import Sequence
from typing import Any

from sandbox.errors import BadInput
from sandbox.plots.fonts import CHINESE


def installed(families: Sequence[str] = CHINESE) -> str:
    """The first of the families that is installed; empty where none is."""
    from weasyprint.text.ffi import ffi, fontconfig

    config = ffi.gc(fontconfig.FcInitLoadConfigAndFonts(), fontconfig.FcConfigDestroy)
    return next((name for name in families if _matched(ffi, fontconfig, config, name)), "")


def need_chinese(families: Sequence[str] = CHINESE) -> None:
    """BadInput where none of the families is installed: a PDF would show boxes."""
    if not installed(families):
        raise BadInput(
            "A PDF in Chinese needs a Chinese font, and none is installed; install one "
            "(Debian: fonts-noto-cjk; Fedora: google-noto-sans-cjk-fonts), or ask for html or "
            "docx, which take the reader's fonts."
        )


def _matched(ffi: Any, fontconfig: Any, config: Any, name: str) -> bool:
    """Whether the font that the system gives for a family is of that family."""
    pattern = ffi.gc(fontconfig.FcPatternCreate(), fontconfig.FcPatternDestroy)
    fontconfig.FcPatternAddString(pattern, b"family", name.encode())
    fontconfig.FcConfigSubstitute(config, pattern, fontconfig.FcMatchPattern)
    fontconfig.FcDefaultSubstitute(pattern)
    result = ffi.new("FcResult *")
    match = ffi.gc(fontconfig.FcFontMatch(config, pattern, result), fontconfig.FcPatternDestroy)
    # a font has a name a language
    for place in range(8):
        found = ffi.new("FcChar8 **")
        if fontconfig.FcPatternGetString(match, b"family", place, found) != 0:
            return False
        if ffi.string(found[0]).decode(errors="replace").casefold() == name.casefold():
            return True
    return False
