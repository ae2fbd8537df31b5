"""Progress bars: shown in terminal and notebook for what takes over two seconds."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from tqdm.auto import tqdm

Item = TypeVar("Item")

#: seconds before a bar appears
PATIENCE = 2.0


def shown(items: Iterable[Item], what: str, *, progress: bool = True) -> Iterable[Item]:
    """The items, with a bar once they take long; none where nobody looks (stderr is a file)."""
    from tqdm.auto import tqdm

    bar: Iterable[Item] = tqdm(
        items, desc=what, delay=PATIENCE, disable=None if progress else True, leave=False
    )
    return bar


def counted(total: int, what: str, *, progress: bool = True) -> "tqdm[None]":
    """The same bar for `total` steps of work, to be updated by hand and closed by `with`."""
    from tqdm.auto import tqdm

    return tqdm(
        total=total, desc=what, delay=PATIENCE, disable=None if progress else True, leave=False
    )
