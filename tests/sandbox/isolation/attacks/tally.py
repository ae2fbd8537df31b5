"""What the runs of the suite gave, and the table made of it."""

import functools
import threading
from concurrent.futures import ThreadPoolExecutor

import stage
from catalogue import ATTACKS
from rig import NAMES

#: the columns of every run, in the order of the table
CELLS = (
    *((cell, who) for cell in ("bare", "namespace") for who in stage.WHO),
    *((("lsm", "user"),) if "user" in stage.WHO else ()),
)
#: whether each layer stops an attack by itself
ALONE = tuple((f"{name} alone", who) for name in NAMES for who in stage.WHO)
HEAD = (
    "attack",
    "bare, user",
    "bare, root",
    "namespace, user",
    "namespace, root",
    "lsm, user",
    "stopped alone by",
)
_NOT_RUN = "not run: not root"
_gathered = {}
_done = set()
_GATHERING = threading.Lock()


def short(attack, cell, who):
    """Whether it is run when the long tests are not.

    What only the supervisor stops has nothing to do with who runs it or with the level.
    """
    return (
        not attack.supervisor
        or (who == "user" and cell in ("bare", "namespace"))
        or attack.bare == {"root"}
    )


def of(cell, who, everything=True):
    """The results of a column, of its short attacks alone or of all."""
    with _GATHERING:
        for part in (True, False) if everything else (True,):
            _gather(CELLS if (cell, who) in CELLS else ALONE, part)
    return _gathered[cell, who]


def _gather(columns, part):
    """Run what is short, or what is not, in all columns, two at a time; once in a session."""
    if (columns, part) in _done:
        return

    names = {c: [a.name for a in ATTACKS if short(a, *c) is part] for c in columns}
    longest_first = sorted((c for c in columns if names[c]), key=lambda c: -len(names[c]))

    def ran(column):
        return stage.ran(*column, names[column])["succeeded"]

    with ThreadPoolExecutor(2) as threads:
        answers = dict(zip(longest_first, threads.map(ran, longest_first), strict=True))
    for column in columns:
        _gathered.setdefault(column, {}).update(answers.get(column, {}))
    _done.add((columns, part))


def vacuous(attack):
    """Why it cannot be tried on this host; empty when it can."""
    return attack.reason if not attack.bare or _only_root_prepares(attack) else ""


def _only_root_prepares(attack):
    return attack.reason.startswith("only root")


def rows():
    """The table's rows of what has been run so far."""
    for attack in ATTACKS:
        if why := vacuous(attack):
            yield attack, (*[f"impossible: {why}"], *[""] * 4, "")
            continue
        bare = [_word(attack, "bare", who, "succeeds", "fails") for who in ("user", "root")]
        held = [
            _word(attack, cell, who, "SUCCEEDS", "contained")
            for cell, who in (("namespace", "user"), ("namespace", "root"), ("lsm", "user"))
        ]
        yield attack, (*bare, *held, _alone(attack))


def _word(attack, cell, who, yes, no):
    if who not in stage.WHO:
        return _NOT_RUN
    if (cell, who) not in _gathered:
        return "not run"
    if attack.name not in _gathered[cell, who]:
        return "in long runs"
    answer = _gathered[cell, who][attack.name]
    if cell != "bare" and who not in attack.bare and answer is False:
        return f"{no} (bare too)"
    return {True: yes, False: no}.get(answer, "BROKEN")


def _alone(attack):
    if attack.supervisor:
        return attack.supervisor
    return ", ".join(attack.alone) or "none: together only"


@functools.cache
def width():
    return max(len(a.name) for a in ATTACKS)


def plain():
    """The table as lines of text."""
    category = ""
    yield f"{'attack':{width()}}  " + "  ".join(f"{h:15}" for h in HEAD[1:])
    for attack, words in rows():
        if attack.category != category:
            category = attack.category
            yield f"-- {category}"
        yield f"{attack.name:{width()}}  " + "  ".join(f"{w:15}" for w in words).rstrip()


def summary():
    """How many of how many, in one line for each column."""
    for cell, who in CELLS:
        if (cell, who) in _gathered:
            given = _gathered[cell, who].values()
            yield f"{cell} as {who}: {sum(v is True for v in given)} of {len(given)} succeed"


def markdown():
    """The table as Markdown, one for each category."""
    category = ""
    for attack, words in rows():
        if attack.category != category:
            category = attack.category
            yield f"\n**{category.capitalize()}**\n"
            yield "| " + " | ".join(HEAD) + " |"
            yield "|" + "---|" * len(HEAD)
        yield "| " + " | ".join((attack.name, *words)).replace("_", r"\_") + " |"
