"""One self-contained page: no script, nothing of elsewhere; light and dark, wide and narrow, paper.

Whatever is in an account may be hostile: every text is escaped, and the page's own policy allows
nothing but its style.
"""

import base64
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from html import escape
from typing import Final

from ringwall import __version__
from ringwall.core.findings import Severity
from ringwall.core.verdicts import Outcome
from ringwall.posture.frameworks.catalogue import Framework
from ringwall.posture.frameworks.coverage import Coverage, Standing, coverage
from ringwall.posture.reports.report import Report, Row, said

_WORST: Final = tuple(reversed(Severity))
_MOST: Final = 200
"""Components that are shown of one check; more are counted."""
_STYLE: Final = """
:root{color-scheme:light dark;--paper:#f6f5f1;--surface:#fff;--sunken:#efede7;--ink:#1c2328;
--soft:#565f67;--line:#e3e0d8;--accent:#0d5c63;--good:#24663b;--warn:#7a5200;--bad:#a32a26;
--bad2:#c2571a;--mid:#8a6d00;--low:#3b6ea5}
@media (prefers-color-scheme:dark){:root{--paper:#14181b;--surface:#1c2226;--sunken:#232a2f;
--ink:#e8e6e1;--soft:#a4adb4;--line:#323a40;--accent:#6fc3c9;--good:#7fcf98;--warn:#e0b45c;
--bad:#f0908a;--bad2:#f0a878;--mid:#dcc063;--low:#8fb8e8}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);line-height:1.5;
font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif}
main{max-width:68rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 .25rem}
h2{font-size:1.25rem;margin:2.75rem 0 .75rem}
p{margin:.25rem 0}.soft{color:var(--soft)}.small{font-size:.875rem}
code{font-family:ui-monospace,"SF Mono",Menlo,Consolas,monospace;font-size:.875em;
overflow-wrap:anywhere}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.75rem;
margin:1.5rem 0}
.tile{background:var(--surface);border:1px solid var(--line);border-radius:.625rem;
padding:.75rem 1rem}
.tile b{display:block;font-size:1.75rem;line-height:1.2;font-variant-numeric:tabular-nums}
.critical{color:var(--bad)}.high{color:var(--bad2)}.medium{color:var(--mid)}.low{color:var(--low)}
.informational,.unknown{color:var(--soft)}.pass{color:var(--good)}.fail{color:var(--bad)}
details{background:var(--surface);border:1px solid var(--line);border-radius:.625rem;
margin:.5rem 0;padding:.5rem 1rem}
summary{cursor:pointer;min-height:2.25rem;display:flex;gap:.75rem;align-items:center;
flex-wrap:wrap}
summary:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:.25rem}
summary::-webkit-details-marker{display:none}
summary .n{margin-left:auto;font-variant-numeric:tabular-nums}
.mark{font-weight:600;font-size:.8125rem;min-width:5.5rem;text-transform:capitalize}
dl{margin:.5rem 0;display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem}
dt{color:var(--soft)}dd{margin:0}
ul.rows{list-style:none;margin:.5rem 0;padding:0}
ul.rows li{border-top:1px solid var(--line);padding:.5rem 0}
.bar{display:flex;height:.75rem;border-radius:.375rem;overflow:hidden;background:var(--sunken);
margin:.375rem 0}
.bar i{display:block}.bar .f{background:var(--bad)}.bar .u{background:var(--warn)}
.bar .p{background:var(--good)}.bar .j{background:var(--low)}
table{border-collapse:collapse;width:100%;font-size:.875rem}
td,th{text-align:left;padding:.25rem .75rem .25rem 0;border-top:1px solid var(--line);
vertical-align:top}
@media (max-width:40rem){dl{grid-template-columns:1fr}dt{margin-top:.375rem}
main{padding:1.25rem .875rem 3rem}}
@media print{body{background:#fff}details{break-inside:avoid}main{max-width:none}}
"""


def text(report: Report, frameworks: Iterable[Framework] = ()) -> str:
    """The page."""
    return "".join(_page(report, frameworks))


def _page(report: Report, frameworks: Iterable[Framework]) -> Iterator[str]:
    digest = base64.b64encode(sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    yield (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Posture, {report.made:%Y-%m-%d}</title><style>{_STYLE}</style></head><body><main>"
    )
    yield from _summary(report)
    yield from _failures(report)
    yield from _unknowns(report)
    for framework in frameworks:
        yield from _framework(report, framework)
    yield from _unjudged(report)
    yield (
        f'<p class="soft small">Made by Ringwall {escape(__version__)} on '
        f"{report.made:%Y-%m-%d %H:%M} UTC. It says what checks have seen, and no more.</p>"
        "</main></body></html>\n"
    )


def _summary(report: Report) -> Iterator[str]:
    yield "<h1>Posture</h1>"
    for account, at in sorted(report.read.items()):
        yield f'<p class="soft">Account <code>{escape(account)}</code>, read '
        yield f"{at:%Y-%m-%d %H:%M} UTC</p>"
    failed = report.of(Outcome.FAIL)
    by = Counter(row.judged.severity for row in failed)
    yield '<div class="tiles">'
    for severity in _WORST:
        if by[severity] or severity in {Severity.CRITICAL, Severity.HIGH}:
            yield _tile(by[severity], severity.value.title(), severity.value)
    yield _tile(len(report.of(Outcome.UNKNOWN)), "Unknown", "unknown")
    yield _tile(len(report.of(Outcome.PASS)), "Pass", "pass")
    yield "</div>"


def _tile(count: int, word: str, name: str) -> str:
    return f'<div class="tile"><b class="{name}">{count:,}</b>{escape(word)}</div>'


def _failures(report: Report) -> Iterator[str]:
    yield "<h2>What is not as it should be, worst first</h2>"
    several = _by_check(report.of(Outcome.FAIL))
    if not several:
        yield "<p>Nothing that was judged fails.</p>"
    for rows in several:
        yield from _group(rows, report)


def _by_check(rows: Sequence[Row]) -> list[list[Row]]:
    found: dict[tuple[Severity, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row.judged.severity, row.check.id), []).append(row)
    return list(found.values())


def _group(rows: Sequence[Row], report: Report) -> Iterator[str]:
    one, severity = rows[0].check, rows[0].judged.severity.value
    yield f'<details><summary><span class="mark {severity}">{severity}</span>'
    yield f'<span>{escape(one.title)}</span><span class="n">{len(rows):,}</span></summary>'
    yield f"<dl><dt>Why</dt><dd>{_sentence(one.why)}</dd><dt>Fix</dt><dd>{_sentence(one.fix)}</dd>"
    yield f"<dt>Check</dt><dd><code>{escape(one.id)}</code></dd>"
    if one.check.controls:
        controls = ", ".join(" ".join(each.split()[:2]) for each in one.check.controls)
        yield f"<dt>Controls</dt><dd>{escape(controls)}</dd>"
    yield '</dl><ul class="rows">'
    for row in rows[:_MOST]:
        yield from _component(row, report)
    yield "</ul>"
    if len(rows) > _MOST:
        yield f'<p class="soft">and {len(rows) - _MOST:,} more</p>'
    yield "</details>"


def _component(row: Row, report: Report) -> Iterator[str]:
    where = " · ".join(filter(None, (row.found.account, row.found.region, row.found.kind)))
    yield f"<li><b>{escape(row.found.label)}</b> "
    yield f'<span class="soft small">{escape(where)}</span>'
    if row.place is not None:
        yield f' <code class="small">{escape(str(row.place))}</code>'
    yield f"<p>{_sentence(row.judged.verdict.why)}</p>"
    finding = row.finding(report.made)
    yield f'<p class="soft small"><code>{escape(row.found.name)}</code> · {finding.uid}</p>'
    for fact in row.judged.verdict.facts[:4]:
        yield f'<p class="soft small">{escape(said(fact))}</p>'
    yield "</li>"


def _sentence(words: str) -> str:
    """As a sentence begins, escaped."""
    return escape(words[:1].upper() + words[1:])


def _unknowns(report: Report) -> Iterator[str]:
    unknown = report.of(Outcome.UNKNOWN)
    if not unknown and not report.unlisted:
        return
    yield "<h2>What could not be known</h2><p>None of this passes: it was not seen.</p>"
    reasons = Counter((row.check.title, row.judged.verdict.why) for row in unknown)
    yield '<ul class="rows">'
    for (title, why), count in reasons.most_common(_MOST):
        times = f" ({count:,} times)" if count > 1 else ""
        yield f'<li><b>{escape(title)}</b>{times}<p class="soft">{escape(why)}</p></li>'
    for scope, why in report.unlisted[:_MOST]:
        where = " ".join(filter(None, (scope.account, scope.region)))
        yield f"<li><b>{escape(scope.kind)}</b> {escape(where)} could not be listed"
        yield f'<p class="soft">{escape(why)}</p></li>'
    yield "</ul>"


def _framework(report: Report, framework: Framework) -> Iterator[str]:
    standing = coverage(
        framework,
        ((one.id, one.check.controls) for one in report.checks),
        ((row.check.id, row.outcome) for row in report.rows),
    )
    total = len(standing.controls)
    yield f"<h2>{escape(framework.title)}, {escape(framework.version)}</h2>"
    yield f"<p>{standing.checked} of {total} controls are looked at by any check; of the other "
    yield f"{total - standing.checked} nothing is said here. They are {escape(framework.of)}.</p>"
    yield _bar(standing)
    yield "<details><summary>All controls</summary><table><thead><tr><th>Control</th>"
    yield "<th>Stands</th><th>Looked at</th><th>Fail</th><th>Unknown</th><th>Pass</th></tr>"
    yield "</thead><tbody>"
    names = {Standing.FAILING: "fail", Standing.PASSING: "pass", Standing.UNKNOWN: "unknown"}
    for one in standing.controls:
        yield f"<tr><td><b>{escape(one.control)}</b> {escape(one.title)}</td>"
        yield f'<td class="{names.get(one.standing, "soft")}">{one.standing.value}</td>'
        yield f"<td>{one.strength.value if one.strength else ''}</td>"
        yield f"<td>{one.failed or ''}</td><td>{one.unknown or ''}</td>"
        yield f"<td>{one.passed or ''}</td></tr>"
    yield "</tbody></table></details>"


def _bar(standing: Coverage) -> str:
    total = len(standing.controls)
    kinds = (
        (Standing.FAILING, "f"),
        (Standing.UNKNOWN, "u"),
        (Standing.PASSING, "p"),
        (Standing.NOT_JUDGED, "j"),
    )
    # Widths stand in attributes, which the page's policy allows where it allows no inline style.
    cells = "".join(
        f'<rect class="{name}" x="{start}" width="{width}" height="12"/>'
        for name, start, width in _spans(standing, kinds, total)
    )
    told = ", ".join(f"{count} {one.value}" for one, count in standing.counts.items() if count)
    fills = {"f": "var(--bad)", "u": "var(--warn)", "p": "var(--good)", "j": "var(--low)"}
    for name, colour in fills.items():
        cells = cells.replace(f'class="{name}"', f'fill="{colour}"')
    return (
        f'<svg role="img" aria-label="{escape(told)}" viewBox="0 0 1000 12" width="100%" '
        'height="12" preserveAspectRatio="none"><rect width="1000" height="12" '
        f'fill="var(--sunken)"/>{cells}</svg><p class="small soft">{escape(told)}</p>'
    )


def _spans(
    standing: Coverage, kinds: Iterable[tuple[Standing, str]], total: int
) -> Iterator[tuple[str, float, float]]:
    begin = 0.0
    for one, name in kinds:
        width = 1000.0 * standing.counts[one] / total
        if width:
            yield name, round(begin, 2), round(width, 2)
        begin += width


def _unjudged(report: Report) -> Iterator[str]:
    if not report.silent:
        return
    yield f"<h2>Not judged</h2><details><summary>{len(report.silent)} checks found nothing to "
    yield 'judge</summary><ul class="rows">'
    for one in report.silent:
        yield f"<li>{escape(one.title)} <code>{escape(one.id)}</code></li>"
    yield "</ul></details>"
