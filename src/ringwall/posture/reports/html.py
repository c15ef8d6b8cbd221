"""One self-contained page: no script, nothing of elsewhere; light and dark, wide and narrow, paper.

Whatever is in an account may be hostile: every text is escaped, and the page's own policy allows
nothing but its style.
"""

import base64
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from html import escape
from typing import Final

from ringwall import __version__
from ringwall.core.findings import Severity
from ringwall.core.verdicts import Outcome
from ringwall.posture.frameworks.catalogue import Framework
from ringwall.posture.reports import standings
from ringwall.posture.reports.looks import STYLE
from ringwall.posture.reports.report import Report, Row, Values, said
from ringwall.posture.reports.worded import called, counted
from ringwall.posture.snapshot.reasons import Reason, Untold, cause, reasons_of

_WORST: Final = tuple(reversed(Severity))
_MOST: Final = 200
"""Components that are shown of one check; more are counted."""


def text(report: Report, frameworks: Iterable[Framework] = (), values: Values | None = None) -> str:
    """The page; ``values`` tells of each verdict what decided it."""
    return "".join(_page(report, frameworks, values or (lambda _row: {})))


def _page(report: Report, frameworks: Iterable[Framework], values: Values) -> Iterator[str]:
    several = list(frameworks)
    digest = base64.b64encode(sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    yield (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Posture, {report.made:%Y-%m-%d}</title><style>{STYLE}</style></head><body>"
    )
    yield from _summary(report, frameworks=bool(several))
    yield "<main>"
    yield from _failures(report, values)
    yield from standings.frameworks(report, several)
    yield from standings.scopes(report)
    yield from _unknowns(report)
    yield from _unjudged(report)
    yield (
        f'<footer class="soft small">Made by Ringwall {escape(__version__)} on '
        f"{report.made:%Y-%m-%d %H:%M} UTC. It says what checks have seen, and no more.</footer>"
        "</main></body></html>\n"
    )


def _summary(report: Report, *, frameworks: bool) -> Iterator[str]:
    failed = report.of(Outcome.FAIL)
    counts = Counter(row.outcome for row in report.rows)
    by = Counter(row.judged.severity for row in failed)
    bad = by[Severity.CRITICAL] + by[Severity.HIGH]
    components = len({row.judged.component for row in report.rows})
    yield '<header><div><p class="brand">Ringwall</p><h1>Posture</h1><p class="lead">'
    yield f"{_count(len(report.rows), 'verdict')} on {_count(components, 'component')} of "
    yield f"{escape(counted(report.read))}: {len(failed):,} fail, {bad:,} of them critical "
    yield f"or high, and of {counts[Outcome.UNKNOWN]:,} nothing could be known.</p>"
    yield standings.outcomes_bar(counts)
    yield '<div class="tiles">'
    for severity in _WORST:
        if by[severity] or severity in {Severity.CRITICAL, Severity.HIGH}:
            yield _tile(by[severity], severity.value.title(), severity.value)
    yield _tile(counts[Outcome.UNKNOWN], "Unknown", "unknown")
    yield _tile(counts[Outcome.PASS], "Pass", "pass")
    yield '</div><nav aria-label="Parts of this page"><a href="#failing">Worst first</a>'
    if frameworks:
        yield '<a href="#frameworks">By framework</a>'
    yield '<a href="#scopes">By scope</a><a href="#unknown">What could not be known</a>'
    yield '<a href="#silent">What was not checked</a></nav></div></header>'


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _tile(count: int, word: str, name: str) -> str:
    return f'<div class="tile {name}"><b>{count:,}</b>{escape(word)}</div>'


def _failures(report: Report, values: Values) -> Iterator[str]:
    yield '<h2 id="failing">What is not as it should be, worst first</h2>'
    several = _by_check(report.of(Outcome.FAIL))
    if not several:
        yield "<p>Nothing that was judged fails.</p>"
        return
    yield '<div class="list">'
    for rows in several:
        yield from _group(rows, report, values)
    yield "</div>"


def _by_check(rows: Sequence[Row]) -> list[list[Row]]:
    found: dict[tuple[Severity, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row.judged.severity, row.check.id), []).append(row)
    return list(found.values())


def _group(rows: Sequence[Row], report: Report, values: Values) -> Iterator[str]:
    one, severity = rows[0].check, rows[0].judged.severity.value
    yield f'<details class="{severity}"><summary><span class="mark">{severity}</span>'
    yield f'<span class="t">{escape(one.title)}</span><span class="n">'
    yield f'{_count(len(rows), "component")}</span></summary><div class="in">'
    yield f"<dl><dt>Why</dt><dd>{_sentence(one.why)}</dd><dt>Fix</dt><dd>{_sentence(one.fix)}</dd>"
    yield f"<dt>Check</dt><dd><code>{escape(one.id)}</code></dd>"
    if one.check.controls:
        controls = ", ".join(" ".join(each.split()[:2]) for each in one.check.controls)
        yield f"<dt>Controls</dt><dd>{escape(controls)}</dd>"
    if one.references:
        yield f"<dt>More</dt><dd>{escape(' '.join(one.references))}</dd>"
    yield '</dl><ul class="rows">'
    for row in rows[:_MOST]:
        yield from _component(row, report, values(row))
    yield "</ul>"
    if len(rows) > _MOST:
        yield f'<p class="soft">and {len(rows) - _MOST:,} more</p>'
    yield "</div></details>"


def _component(row: Row, report: Report, values: Mapping[tuple[str, str], str]) -> Iterator[str]:
    where = " · ".join(filter(None, (row.found.account, row.found.region, row.found.kind)))
    yield f"<li><b>{escape(row.found.label)}</b> "
    yield f'<span class="soft small">{escape(where)}</span>'
    if row.place is not None:
        yield f' <code class="small">{escape(str(row.place))}</code>'
    yield f"<p>{_sentence(row.judged.verdict.why)}</p>"
    finding = row.finding(report.made)
    yield f'<p class="soft small"><code>{escape(row.found.name)}</code> · {finding.uid}</p>'
    for fact in row.judged.verdict.facts[:4]:
        yield f'<p class="soft small">{escape(said(fact))}'
        if told := values.get((fact.component, fact.aspect)):
            yield f"<br><code>{escape(told)}</code>"
        yield "</p>"
    yield "</li>"


def _sentence(words: str) -> str:
    """As a sentence begins, escaped; a path or a name of code stays as it is."""
    first = words.partition(" ")[0].rstrip(":,.;")
    is_name = any(sign in first for sign in "./:_-")
    return escape(words if is_name else words[:1].upper() + words[1:])


def _unknowns(report: Report) -> Iterator[str]:
    unknown = report.of(Outcome.UNKNOWN)
    yield '<h2 id="unknown">What could not be known</h2>'
    if not unknown and not report.unlisted and not report.remarks and not report.left_out:
        yield '<p class="soft">All that checks asked for was told.</p>'
        return
    yield '<p class="soft">None of this passes: it was not seen.</p>'
    yield '<div class="list"><ul class="rows">'
    unlisted = _unlisted(report)
    for account, one in unlisted[:_MOST]:
        where = " ".join(filter(None, (called(account), one.where)))
        yield f"<li><b>{escape(one.what('kinds'))}</b> of {escape(where)} could not "
        yield f'be listed<p class="soft small">{_sentence(one.why)}</p></li>'
    for account, why in report.left_out[:_MOST]:
        yield f"<li><b>The control policies</b> that bind account {escape(account)} do not count"
        yield f'<p class="soft small">{_sentence(why)}</p></li>'
    for remark in report.remarks[:_MOST]:
        yield f"<li><code>{escape(str(remark.place))}</code> "
        yield "could not be read" if remark.is_broken else "is not understood"
        yield f'<p class="soft small">{_sentence(remark.why)}</p></li>'
    reasons = _reasons(unknown)
    for one in reasons[:_MOST]:
        times = f" ({one.count:,} times{f', {one.where}' if one.where else ''})"
        yield f"<li><b>{escape(one.names[0])}</b>{times if one.count > 1 else ''}"
        yield f'<p class="soft small">{_sentence(one.why)}</p></li>'
    yield "</ul></div>"
    several = (unlisted, report.remarks, report.left_out, reasons)
    left = sum(len(one[_MOST:]) for one in several)
    if left:
        yield f'<p class="soft">and {left:,} more</p>'


def _unlisted(report: Report) -> list[tuple[str, Reason]]:
    """What could not be listed of each scope, one for each reason."""
    told: dict[str, list[Untold]] = {}
    for scope, why in report.unlisted:
        told.setdefault(scope.account, []).append(Untold(scope.kind, scope.region, why))
    return [(account, one) for account, several in told.items() for one in reasons_of(several)]


def _reasons(unknown: Sequence[Row]) -> list[Reason]:
    """Why each check does not know, the most frequent first."""
    told: dict[str, list[Untold]] = {}
    for row in unknown:
        one = Untold(
            row.check.title, row.found.region, cause(row.judged.verdict.why, row.found.label)
        )
        told.setdefault(row.check.id, []).append(one)
    found = [one for several in told.values() for one in reasons_of(several)]
    return sorted(found, key=lambda one: -one.count)


def _unjudged(report: Report) -> Iterator[str]:
    yield '<h2 id="silent">What was not checked</h2>'
    if not report.silent:
        yield '<p class="soft">Each check had something to judge.</p>'
        return
    yield '<p class="soft">These checks found nothing to judge: it is not there, or was not read. '
    yield "What no check looks at does not appear here at all.</p>"
    yield f'<div class="list"><details><summary><span class="t">{len(report.silent)} of '
    yield f'{_count(len(report.checks), "check")}</span></summary><div class="in"><ul class="rows">'
    for one in report.silent:
        yield f'<li>{escape(one.title)} <code class="soft">{escape(one.id)}</code></li>'
    yield "</ul></div></details></div>"
