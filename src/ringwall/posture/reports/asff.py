"""AWS Security Finding Format (2018-10-08), as Security Hub's ``BatchImportFindings`` takes it."""

import json
from typing import Any, Final

from ringwall.core.findings import Severity
from ringwall.core.verdicts import Outcome
from ringwall.findings.formats.asff_resources import resource_of
from ringwall.posture.reports.report import Report, Row

_STATUS: Final = {
    Outcome.PASS: "PASSED",
    Outcome.FAIL: "FAILED",
    Outcome.UNKNOWN: "NOT_AVAILABLE",
}
_LONGEST: Final = {"Title": 256, "Description": 1024, "Text": 512, "Field": 2048}


def text(report: Report) -> str:
    """All findings of AWS accounts, as one JSON list: Security Hub takes no others."""
    rows = [row for row in report.rows if row.found.account.isdigit()]
    return json.dumps([_finding(row, report) for row in rows], indent=1, sort_keys=True) + "\n"


def _finding(row: Row, report: Report) -> dict[str, Any]:
    at = report.read.get(row.found.account, report.made)
    stamp = f"{at:%Y-%m-%dT%H:%M:%S.000Z}"
    resource = resource_of(row.judged.component)
    region, partition = row.found.region or resource.region or "us-east-1", resource.partition
    product = f"arn:{partition}:securityhub:{region}:{row.found.account}:product"
    finding = row.finding(at)
    recommendation = {"Text": row.check.fix[: _LONGEST["Text"]]}
    for address in (one for one in finding.references if one.startswith("https://")):
        recommendation.setdefault("Url", address)
    severity = row.judged.severity if row.outcome is Outcome.FAIL else Severity.INFORMATIONAL
    return {
        "SchemaVersion": "2018-10-08",
        "Id": f"ringwall/{row.found.account}/{finding.uid}",
        "ProductArn": f"{product}/{row.found.account}/default",
        "GeneratorId": row.check.id,
        "AwsAccountId": row.found.account,
        "Types": ["Software and Configuration Checks/Posture"],
        "CreatedAt": stamp,
        "UpdatedAt": stamp,
        "Severity": {"Label": severity.value.upper()},
        "Title": row.check.title[: _LONGEST["Title"]],
        "Description": (row.judged.verdict.why or row.check.why)[: _LONGEST["Description"]],
        "Remediation": {"Recommendation": recommendation},
        "Resources": [
            {
                "Type": resource.type,
                "Id": resource.id,
                "Partition": partition,
                "Region": region,
                **_details(row),
            }
        ],
        "Compliance": {
            "Status": _STATUS[row.outcome],
            "RelatedRequirements": [" ".join(one.split()[:2]) for one in finding.controls][:32],
        },
        "ProductFields": {
            f"ringwall/{name}": value[: _LONGEST["Field"]]
            for name, value in (
                ("weakness", row.check.id),
                ("component", row.judged.component),
                ("message", row.judged.verdict.why),
                ("control_policies_left_out", report.left_out_of(row)),
            )
            if value
        },
        "Workflow": {"Status": "RESOLVED" if row.outcome is Outcome.PASS else "NEW"},
        "RecordState": "ACTIVE",
    }


def _details(row: Row) -> dict[str, Any]:
    """Where code declares it."""
    return {} if row.place is None else {"Details": {"Other": {"place": str(row.place)}}}
