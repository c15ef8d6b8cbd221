"""CSV (RFC 4180): a line for each verdict, safe to open in a spreadsheet."""

from collections.abc import Iterator

from ringwall.lake.exports.comma_separated import CommaSeparated
from ringwall.posture.reports.report import Report

COLUMNS = (
    "outcome",
    "severity",
    "check",
    "title",
    "scope",
    "region",
    "kind",
    "label",
    "component",
    "why",
    "fix",
    "place",
    "controls",
    "read",
    "uid",
    "control_policies_left_out",
)


def lines(report: Report) -> Iterator[bytes]:
    """The headings, then the lines."""
    form = CommaSeparated(COLUMNS)
    yield form.head()
    for row in report.rows:
        at = report.read.get(row.found.account, report.made)
        told = {
            "outcome": row.outcome.value,
            "severity": row.judged.severity.value,
            "check": row.check.id,
            "title": row.check.title,
            "scope": row.found.account,
            "region": row.found.region,
            "kind": row.found.kind,
            "label": row.found.label,
            "component": row.judged.component,
            "why": row.judged.verdict.why,
            "fix": row.check.fix,
            "place": str(row.place or ""),
            "controls": "; ".join(row.check.check.controls),
            "read": f"{at:%Y-%m-%dT%H:%M:%SZ}",
            "uid": row.finding(at).uid,
            "control_policies_left_out": report.left_out_of(row),
        }
        yield form.line(told)
