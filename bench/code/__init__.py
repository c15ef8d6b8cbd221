"""Ringwall and Checkov over the same folders of code, in the same run.

A tree of 50,000 lines of Terraform of which it is known what is wrong (``BENCH_CODE_LINES``), then
every folder that ``BENCH_CODE`` names, separated by spaces: ``folder`` or ``folder+values.tfvars``.
Checkov is installed below ``~/.cache/ringwall-bench`` (290 MB), once; ``BENCH_CHECKOV=0`` leaves it
out. ``BENCH_CODE_DETAILS=1`` says rule by rule what only one of them finds.
"""

import os
import tempfile
from collections import Counter
from pathlib import Path

from bench.code import tools
from bench.code.generated import Label, generate
from bench.code.matching import Matched, Told, matched, short
from bench.code.rules import Why, rules
from bench.code.tools import Ran

LINES = 50_000


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="ringwall-bench-", dir="/tmp") as name:
        work = Path(name)
        lines = int(os.environ.get("BENCH_CODE_LINES", LINES))
        if lines:
            tree = work / "tree"
            labels = generate(tree, lines)
            ours, theirs = _both(tree, None, work, f"{lines:,} lines of Terraform")
            _score("Ringwall", ours.told, labels)
            if theirs is not None:
                _score("Checkov", _as_ours(theirs.told), labels)
        for one in os.environ.get("BENCH_CODE", "").split():
            folder, _, values = one.partition("+")
            path = Path(folder).resolve()
            given = Path(values).resolve() if values else None
            ours, theirs = _both(path, given, work, path.name)
            if theirs is not None:
                failed = [told for told in theirs.told if told.outcome == "fail"]
                _compare(matched(ours.told, failed, rules()))


def _both(folder: Path, values: Path | None, work: Path, title: str) -> tuple[Ran, Ran | None]:
    ours = tools.ringwall(folder, values, work)
    theirs = None
    if os.environ.get("BENCH_CHECKOV") != "0":
        theirs = tools.checkov(folder, values, work)
    print(f"\n{title}")
    print(f"{'':10} {'wall s':>8} {'CPU s':>8} {'MB':>8} {'verdicts':>9} {'fail':>8}")
    for one in filter(None, (ours, theirs)):
        used = one.used
        print(
            f"{used.name:10} {used.wall_s:8.1f} {used.cpu_s:8.1f} {used.peak_mb:8.0f} "
            f"{used.verdicts:9,} {used.failed:8,}"
        )
    if theirs is not None:
        print(
            f"Ringwall takes 1/{theirs.used.wall_s / ours.used.wall_s:.1f} of the time, "
            f"1/{theirs.used.cpu_s / ours.used.cpu_s:.1f} of the processor, "
            f"1/{theirs.used.peak_mb / ours.used.peak_mb:.1f} of the memory"
        )
    return ours, theirs


def _as_ours(told: list[Told]) -> list[Told]:
    """Each failing rule as all checks that find the same."""
    known = rules()
    return [
        Told(check, one.place, one.outcome)
        for one in told
        if one.by in known
        for check in known[one.by].checks
    ]


def _score(name: str, told: list[Told], labels: list[Label]) -> None:
    """Of what is known to be wrong, how much was found; of what only looks so, how much too.

    A place in a module stands for all that call it: whoever tells them apart finds no more by that.
    """
    outcomes: dict[tuple[str, str, str], set[str]] = {}
    for one in told:
        outcomes.setdefault((*one.place, one.by), set()).add(one.outcome)
    wrong: dict[tuple[str, str, str], bool] = {}
    for each in labels:
        key = (each.file, short(each.address), each.check)
        wrong[key] = wrong.get(key, False) or each.is_fault
    faults = [outcomes.get(key, set()) for key, is_fault in wrong.items() if is_fault]
    decoys = [outcomes.get(key, set()) for key, is_fault in wrong.items() if not is_fault]
    found = sum("fail" in one for one in faults)
    unknown = sum("fail" not in one and "unknown" in one for one in faults)
    alarms = sum("fail" in one for one in decoys)
    print(
        f"{name}: {found:,} of {len(faults):,} faults and {unknown:,} told to be unknown, "
        f"{alarms:,} of {len(decoys):,} decoys"
    )


def _compare(them: Matched) -> None:
    counts = {why: len(them.only_they.get(why, ())) for why in Why}
    told = ", ".join(f"{why} {count}" for why, count in counts.items() if count)
    print(f"both {them.both}; only Checkov {sum(counts.values())} ({told})")
    print(f"only Ringwall {them.only_we.total()}")
    if os.environ.get("BENCH_CODE_DETAILS") != "1":
        return
    for why in Why:
        rows = Counter((one.by, one.place, how) for one, how in them.only_they.get(why, ()))
        if why in {Why.KIND, Why.OPINION}:
            short_rows = Counter((rule, how) for rule, _, how in rows)
            for (rule, how), count in sorted(short_rows.items()):
                print(f"  {why}: {rule} ({count}) {how}")
        else:
            for (rule, place, how), _ in sorted(rows.items()):
                print(f"  {why}: {rule} {':'.join(place)} {how}")
    for check, count in sorted(them.only_we.items()):
        print(f"  only Ringwall: {check} ({count})")
