"""Section 5: how the model was held, what it ran on, and whether it can be run again."""

import hashlib
from collections.abc import Sequence

import numpy as np

from sandbox.cell import CellResult
from sandbox.isolation.outcome import Evidence, Level
from sandbox.report.document import (
    Block,
    Facts,
    Gap,
    Heading,
    Mark,
    Paragraph,
    Section,
    Table,
    columns,
)
from sandbox.report.standing import Contender, Standing
from sandbox.report.wording import NONE, count, plural
from sandbox.validation.result import Verdict

_MIB = 1 << 20

_HELD = {
    Level.VM: "a virtual machine of its own",
    Level.NAMESPACE: "own namespaces: no network, read-only files, resource limits",
    Level.LSM: "kernel access rules and resource limits",
    Level.PROCESS: "a process with resource limits only",
    Level.NONE: "nothing: the model ran unconfined",
}


def implementation(
    standing: Standing,
    code_version: str,
    environment: Sequence[tuple[str, str]] = (),
    repeated: Sequence[CellResult] = (),
) -> Section:
    """Section 5: how the model was held while it ran, and how to run it again."""
    reference = standing.champion.reference
    blocks: list[Block] = [Heading("Isolation")]
    if reference.evidence:
        blocks += _isolation(reference.evidence)
    else:
        blocks.append(Gap("Not evaluated: no evidence of isolation was recorded."))
    blocks += [Heading("Runs"), _runs(standing)]
    blocks += [Heading("Environment"), Facts((("Code version", code_version), *environment))]
    if not environment:
        blocks.append(Gap("Not evaluated: the installed versions were not recorded."))
    blocks += [Heading("Replication"), *_replication(standing.champion, repeated)]
    return Section(5, "Implementation and replication", tuple(blocks))


def _isolation(records: tuple[Evidence, ...]) -> list[Block]:
    first = records[0]
    limits = first.limits
    level_set = sorted({str(e.level) for e in records})
    facts = Facts(
        (
            ("Level", f"{', '.join(level_set)} ({_HELD[first.level]})"),
            ("Mechanisms in force", ", ".join(first.mechanisms) or "none"),
            ("Host", first.host),
            ("Memory limit", f"{count(limits.memory / _MIB)} MiB"),
            ("Time limits", f"{limits.cpu} s processor, {limits.wall:g} s elapsed"),
            (
                "Processes",
                f"at most {limits.processes}; {plural(limits.threads, 'thread')} for BLAS",
            ),
            ("Largest file", f"{count(limits.file_size / _MIB)} MiB"),
        )
    )
    # what workers used is another figure each time, and the same run gives the same report
    used = Paragraph(
        f"{plural(len(records), 'worker')} ran in the reference run, within these limits. Seconds "
        "and memory used differ each time; they are kept with the run."
    )
    return [facts, used]


def _runs(standing: Standing) -> Table:
    rows = tuple(
        (
            c.cell.model,
            c.cell.scenario.replace("_", "\u00a0"),
            str(c.cell.seed),
            c.cell.digest[:12],
            c.model_hash[:12] or NONE,
            str(c.status) if not c.reason else f"{c.status}: {c.reason}",
        )
        for contender in (*standing.contenders, *standing.elsewhere)
        for c in contender.cells
    )
    spec = columns("Model", "Data", "#Seed", "Digest", "Model hash", "Status")
    note = (
        "The digest names the whole configuration of a run; the same digest repeats it. "
        "The hash is that of the fitted model's bytes."
    )
    return Table("Runs of the study", spec, rows, note)


def score_digest(cell: CellResult) -> str:
    """Digest of the scores a run gave, in row order; empty where they were not kept."""
    scored = cell.tables.get("scored")
    if scored is None or "score" not in scored.columns:
        return ""
    values = scored["score"].to_numpy(dtype=np.float64)
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()[:32]


def replicated(champion: Contender, repeated: Sequence[CellResult]) -> dict[str, bool]:
    """Digest of a run -> whether its re-run gave the same scores, of the runs that have one."""
    again = {c.cell.digest: score_digest(c) for c in repeated}
    return {
        c.cell.digest: score_digest(c) == again[c.cell.digest]
        for c in champion.finished
        if score_digest(c) and again.get(c.cell.digest)
    }


def _replication(champion: Contender, repeated: Sequence[CellResult]) -> list[Block]:
    known = [c for c in champion.finished if score_digest(c)]
    if not known:
        return [Gap("Not evaluated: no scores were kept that a re-run could be compared with.")]
    same = replicated(champion, repeated)
    marks = {True: Mark(Verdict.PASS, "same scores"), False: Mark(Verdict.FAIL, "other scores")}
    rows = tuple(
        (
            str(c.cell.seed),
            c.cell.digest[:12],
            score_digest(c),
            marks[same[c.cell.digest]]
            if c.cell.digest in same
            else Mark(Verdict.NOT_EVALUATED, "no re-run"),
        )
        for c in known
    )
    spec = columns("#Seed", "Run", "Digest of scores", "Re-run")
    blocks: list[Block] = [Table("Scores and their re-run", spec, rows)]
    if not same:
        blocks.append(
            Gap(
                "Not evaluated: no independent re-run was given. One that repeats these runs has "
                "to give the digests above."
            )
        )
    return blocks
