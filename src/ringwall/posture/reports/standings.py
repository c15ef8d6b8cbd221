"""Parts of the page that say how accounts and frameworks stand, with all there is to count."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Final

from ringwall.core.findings import Severity
from ringwall.core.verdicts import Outcome
from ringwall.posture.frameworks.catalogue import Framework
from ringwall.posture.frameworks.coverage import Coverage, Standing, coverage
from ringwall.posture.reports.report import Report
from ringwall.posture.reports.worded import called

_FILLS: Final = {
    Standing.FAILING: "var(--bad)",
    Standing.UNKNOWN: "var(--warn)",
    Standing.PASSING: "var(--good)",
    Standing.NOT_JUDGED: "var(--low)",
}
_OUTCOMES: Final = {
    Outcome.FAIL: "var(--bad)",
    Outcome.UNKNOWN: "var(--warn)",
    Outcome.PASS: "var(--good)",
}
_MOST_SCOPES: Final = 12
"""Scopes that stand beside each other; more are counted."""
_COLOURS: Final = {Standing.FAILING: "fail", Standing.PASSING: "pass", Standing.UNKNOWN: "unknown"}


def bar(parts: Iterable[tuple[str, int]], total: int, told: str) -> str:
    """A bar of these colours and counts; the rest of the total stays empty."""
    cells, begin = "", 0.0
    for colour, count in parts:
        width = 1000.0 * count / total if total else 0.0
        if count:
            cells += f'<rect fill="{colour}" x="{begin:.1f}" width="{width:.1f}" height="10"/>'
        begin += width
    return (
        f'<svg class="bar" role="img" aria-label="{escape(told)}" viewBox="0 0 1000 10" '
        'preserveAspectRatio="none"><rect width="1000" height="10" fill="var(--sunken)"/>'
        f"{cells}</svg>"
    )


def outcomes_bar(counts: Mapping[Outcome, int]) -> str:
    """Of verdicts: what fails, is unknown, passes."""
    told = ", ".join(f"{counts.get(one, 0):,} {one.value}" for one in _OUTCOMES)
    parts = [(colour, counts.get(one, 0)) for one, colour in _OUTCOMES.items()]
    return bar(parts, sum(counts.values()), told)


def scopes(report: Report) -> Iterator[str]:
    """A line for each account, each code base, and Ringwall."""
    yield '<h2 id="scopes">By scope</h2><div class="list"><div class="in frame" tabindex="0">'
    yield "<table><thead><tr><th>Scope</th><th>Read</th>"
    worst = (Severity.CRITICAL, Severity.HIGH)
    for word in (*(one.value.title() for one in worst), "Fail", "Unknown", "Pass"):
        yield f'<th class="num">{word}</th>'
    yield "</tr></thead><tbody>"
    names = sorted({*report.read, *(row.found.account for row in report.rows)})
    for name in names:
        rows = [row for row in report.rows if row.found.account == name]
        counts = Counter(row.outcome for row in rows)
        bad = Counter(row.judged.severity for row in rows if row.outcome is Outcome.FAIL)
        at = report.read.get(name)
        read = f"{at:%Y-%m-%d %H:%M} UTC" if at else ""
        yield f"<tr><td><b>{escape(called(name))}</b>{outcomes_bar(counts)}</td>"
        yield f'<td class="soft when">{read}</td>'
        figures = (*(bad[one] for one in worst), *(counts[one] for one in _OUTCOMES))
        for count in figures:
            yield f'<td class="num">{count:,}</td>'
        yield "</tr>"
    yield "</tbody></table></div></div>"


def frameworks(report: Report, several: Iterable[Framework]) -> Iterator[str]:
    """A card for each framework, then each control by control."""
    several = list(several)
    mapped, verdicts = report.mapped, list(report.verdicts)
    found = [coverage(one, mapped, verdicts) for one in several]
    if not found:
        return
    yield '<h2 id="frameworks">By framework</h2><p class="soft">Of how many controls checks know '
    yield "anything, and what. A check looks at a part of most controls, and at many none does: "
    yield 'of those nothing is said here.</p><div class="cards">'
    for one in found:
        yield _card(one)
    yield "</div>"
    yield from _by_scope(report, several)
    yield '<div class="list">'
    for one in found:
        yield from _controls(one)
    yield "</div>"


def _by_scope(report: Report, several: Iterable[Framework]) -> Iterator[str]:
    """The shares that pass, of each framework in each scope, where there are several."""
    scopes = list(report.looked)[:_MOST_SCOPES]
    if len(scopes) < 2:
        return
    yield '<div class="list"><div class="in frame" tabindex="0"><table><thead><tr>'
    yield "<th>Checks (verdicts) that pass</th>"
    for scope in scopes:
        yield f'<th class="num">{escape(called(scope))}</th>'
    yield "</tr></thead><tbody>"
    for framework in several:
        yield f"<tr><td><b>{escape(framework.title)}</b></td>"
        for scope in scopes:
            found = report.coverage_in(framework, scope)
            told = '<span class="soft">–</span>'  # noqa: RUF001
            if found.share_of_checks is not None and found.score is not None:
                of_verdicts = f'<span class="soft">({found.score:.0%})</span>'
                told = f"{found.share_of_checks:.0%} {of_verdicts}"
            yield f'<td class="num">{told}</td>'
        yield "</tr>"
    yield "</tbody></table></div>"
    left = len(report.looked) - len(scopes)
    if left:
        yield f'<p class="in soft small">and {left:,} more scopes</p>'
    yield "</div>"


def _card(one: Coverage) -> str:
    total = len(one.controls)
    told = ", ".join(f"{count} {word.value}" for word, count in one.counts.items() if count)
    parts = [(colour, one.counts[word]) for word, colour in _FILLS.items()]
    score = ""
    if one.share_of_checks is not None and one.score is not None:
        score = f"{one.share_of_checks:.0%} of checks pass, {one.score:.0%} of verdicts."
    return (
        f'<div class="card"><h3>{escape(one.framework.title)}</h3>'
        f'<p class="soft small">{escape(one.framework.version)}</p>'
        f'<p><span class="big">{one.checked}</span> of {total:,} controls are looked at</p>'
        f'{bar(parts, total, told)}<p class="small soft">{escape(told)}. {score}</p></div>'
    )


def _controls(found: Coverage) -> Iterator[str]:
    name = f"{found.framework.title}, {found.framework.version}"
    yield f'<details><summary><span class="t">{escape(name)}</span><span class="n">'
    yield f"{len(found.controls):,} controls</span></summary>"
    yield '<div class="in frame" tabindex="0"><p class="soft small">'
    of = found.framework.of
    yield f"{escape(of[:1].upper() + of[1:])}.</p><table><thead><tr><th>Control</th>"
    yield "<th>Stands</th><th>Looked at</th>"
    for word in ("Fail", "Unknown", "Pass", "Checks that pass"):
        yield f'<th class="num">{word}</th>'
    yield "</tr></thead><tbody>"
    for one in found.controls:
        yield f"<tr><td><b>{escape(one.control)}</b> {escape(one.title)}</td>"
        yield f'<td class="{_COLOURS.get(one.standing, "soft")}">{one.standing.value}</td>'
        yield f"<td>{one.strength.value if one.strength else ''}</td>"
        for count in (one.failed, one.unknown, one.passed):
            yield f'<td class="num">{count or ""}</td>'
        told = f"{len(one.passing_checks)} of {len(one.checks)}" if one.checks else ""
        yield f'<td class="num">{told}</td></tr>'
    yield "</tbody></table></div></details>"
