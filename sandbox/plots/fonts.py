"""The fonts of figures: what pages ask for by name, and what this machine has for Chinese."""

from functools import cache

#: of Chinese text, in the order in which a page asks for them
CHINESE = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Heiti SC",
    "SimHei",
    "SimSun",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Droid Sans Fallback",
)
#: of a figure's text on a page: matplotlib's own font last, which is wider, so nothing overflows
FAMILIES = ("Arial", "Liberation Sans", "Noto Sans", *CHINESE[:6], "DejaVu Sans", "sans-serif")
# matplotlib reads the first font of a collection only, which is the Japanese one; it has all
# Chinese characters, some in the form that is usual in Japan
_FIRST_OF_COLLECTION = ("Noto Sans CJK JP", "Source Han Sans", "Noto Serif CJK JP")


@cache
def chinese_for_images() -> tuple[str, ...]:
    """The first of the families that matplotlib finds, for images; empty where it finds none."""
    from matplotlib.font_manager import fontManager

    there = {entry.name for entry in fontManager.ttflist}
    return tuple(name for name in (*CHINESE, *_FIRST_OF_COLLECTION) if name in there)[:1]
