"""Findings in the AWS Security Finding Format, as ``BatchImportFindings`` takes them. Pure.

https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html.
Texts are cut to what Security Hub takes.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from ringwall.core.findings import Finding, Severity
from ringwall.core.verdicts import Outcome
from ringwall.findings.formats.asff_resources import resource_of
from ringwall.findings.formats.components import about, component_of, judged_so
from ringwall.findings.formats.ocsf import CVE
from ringwall.findings.formats.reading import (
    Brought,
    FormatError,
    Known,
    KnownRule,
    Node,
    fix_for,
    named,
    parsed,
    severity_of,
    slug,
)
from ringwall.findings.ranking import Exploit
from ringwall.findings.standing import Standing
from ringwall.findings.states import State

_NORMAL: Final = {
    Severity.INFORMATIONAL: 0,
    Severity.LOW: 1,
    Severity.MEDIUM: 40,
    Severity.HIGH: 70,
    Severity.CRITICAL: 90,
}
_WORKFLOW: Final = {
    State.OPEN: "NEW",
    State.ACKNOWLEDGED: "NOTIFIED",
    State.IN_PROGRESS: "NOTIFIED",
    State.TO_BE_CONFIRMED: "NOTIFIED",
    State.FIXED: "RESOLVED",
    State.ACCEPTED: "SUPPRESSED",
    State.FALSE_POSITIVE: "SUPPRESSED",
}
_NONE: Final[Mapping[str, str]] = {}
_OWN: Final = "ringwall/"
_SECURITY_HUB: Final = frozenset({"security-hub", "securityhub"})
_OF_ALL: Final = ("arn:", "aws/", "AWSInspector")
"""So begin generators that stand for a whole service, not for a rule of it."""


def write(
    standings: Iterable[Standing],
    *,
    accounts: Mapping[str, str] = _NONE,
    account: str = "",
    region: str = "us-east-1",
) -> bytes:
    """``{"Findings": [...]}``. ``account`` and ``region`` are of what is in none.

    ``accounts`` are those that findings were seen in, by uid, for names that have none (buckets).
    What is in no account is left out, since Security Hub takes no such finding.
    """
    owned = ((one, owner_of(one, accounts) or account) for one in standings)
    made = [_one(one, owner, region) for one, owner in owned if owner]
    return orjson.dumps({"Findings": made}, option=orjson.OPT_INDENT_2)


def owner_of(one: Standing, accounts: Mapping[str, str] = _NONE) -> str:
    """The account of AWS that a finding is in, by its name or where it was seen; else empty."""
    return resource_of(one.finding.component).account or accounts.get(one.uid, "")


def _one(one: Standing, owner: str, region: str) -> dict[str, Any]:
    found = one.finding
    resource = resource_of(found.component)
    partition, region = resource.partition, resource.region or region
    addresses = [text for text in found.references if text.startswith("https://")]
    recommendation = {"Text": _cut(found.fix, 512)}
    if addresses and len(addresses[0]) <= 2048:
        recommendation["Url"] = addresses[0]
    made: dict[str, Any] = {
        "SchemaVersion": "2018-10-08",
        "Id": found.uid,
        "ProductArn": f"arn:{partition}:securityhub:{region}:{owner}:product/{owner}/default",
        "ProductName": "Default",
        "GeneratorId": _cut(found.weakness, 512),
        "AwsAccountId": owner,
        "Types": ["Software and Configuration Checks"],
        "FirstObservedAt": _time(one.first_seen),
        "LastObservedAt": _time(one.last_seen),
        "CreatedAt": _time(one.first_seen),
        "UpdatedAt": _time(max(one.last_seen, one.since)),
        "Severity": {"Label": found.severity.upper(), "Normalized": _NORMAL[found.severity]},
        "Title": _cut(found.title, 256),
        "Description": _cut(found.message or found.title, 1024),
        "Remediation": {"Recommendation": recommendation},
        "ProductFields": _own_words(one),
        "Resources": [
            {
                "Type": resource.type,
                "Id": _cut(resource.id, 512),
                "Partition": partition,
                "Region": region,
            }
        ],
        "Compliance": {"Status": "PASSED" if one.state is State.FIXED else "FAILED"},
        "Workflow": {"Status": _WORKFLOW[one.state]},
        "RecordState": "ARCHIVED" if one.state is State.FIXED else "ACTIVE",
    }
    cves = [text for text in found.references if CVE.fullmatch(text)]
    if cves:
        made["Vulnerabilities"] = [_vulnerability(cve, one.exploit) for cve in cves[:20]]
    return made


def _vulnerability(cve: str, exploit: Exploit) -> dict[str, Any]:
    made: dict[str, Any] = {"Id": cve, "ExploitAvailable": "YES" if exploit.is_known else "NO"}
    if exploit.epss is not None:
        made["EpssScore"] = exploit.epss
    return made


def _own_words(one: Standing) -> dict[str, str]:
    """Texts of 2,048 characters at most, fifty of them."""
    found = one.finding
    told = {
        "weakness": found.weakness,
        "component": found.component,
        "part": found.part,
        "rule": found.rule,
        "message": _cut(found.message, 2048),
        "source": found.source,
        "state": str(one.state),
        "score": str(one.score),
        **{f"evidence/{n}": _cut(text, 2048) for n, text in enumerate(found.evidence[:15])},
        **{f"reference/{n}": _cut(text, 2048) for n, text in enumerate(found.references[:12])},
        **{f"control/{n}": _cut(text, 2048) for n, text in enumerate(found.controls[:12])},
    }
    return {f"{_OWN}{name}": text for name, text in told.items() if text}


def read(data: bytes, known: Known, *, now: datetime) -> Brought:
    """What a file brings: an array of findings, or an object with ``Findings``."""
    root = parsed(data)
    several = root.value if isinstance(root.value, list) else None
    if several is None and isinstance(root.value, dict) and "Findings" not in root.value:
        several = [root.value]
    nodes = (
        list(root.each("Findings"))
        if several is None
        else [Node(one, f"[{number}]") for number, one in enumerate(several)]
    )
    findings: list[Finding] = []
    passed: set[tuple[str, str]] = set()
    unknown: set[tuple[str, str]] = set()
    exploits: dict[str, Exploit] = {}
    sources: set[str] = set()
    times: list[datetime] = []
    for node in nodes:
        node.needed("SchemaVersion")
        product = _product(node)
        sources.add(product)
        came_to = _came_to(node)
        for one in _read_one(node, product, known, now):
            pair = (one.weakness, one.component)
            times.append(one.seen)
            if came_to is Outcome.PASS:
                passed.add(pair)
            elif came_to is Outcome.UNKNOWN:
                unknown.add(pair)
            else:
                findings.append(one)
                if (exploit := _exploit(node)) is not None:
                    exploits[one.uid] = exploit
    if len(sources) > 1:
        names = ", ".join(sorted(sources)[:3])
        raise FormatError("the whole", f"findings of several products ({names}): import each alone")
    return Brought(
        source=next(iter(sources), "asff"),
        findings=tuple(findings),
        passed=frozenset(passed),
        unknown=frozenset(unknown),
        exploits=exploits,
        ended=max(times, default=None),
    )


def _came_to(node: Node) -> Outcome:
    """What is archived or suppressed was put away by somebody, which does not mend it."""
    status = node.get("Compliance").text("Status")
    is_closed = node.get("ProductFields").text("aws/inspector/FindingStatus") == "CLOSED"
    if status == "PASSED" or is_closed:
        return Outcome.PASS
    is_suppressed = node.get("Workflow").text("Status") == "SUPPRESSED"
    is_own = node.get("ProductFields").text(f"{_OWN}weakness") != ""
    is_away = node.text("RecordState") == "ARCHIVED" or (is_suppressed and not is_own)
    is_unknown = is_away or status in {"NOT_AVAILABLE", "WARNING"}
    return Outcome.UNKNOWN if is_unknown else Outcome.FAIL


def _product(node: Node) -> str:
    if node.get("ProductFields").text(f"{_OWN}weakness"):
        return "ringwall"
    name = node.text("ProductName") or node.needed("ProductArn").rpartition("/")[2]
    return slug(name)


def _read_one(node: Node, product: str, known: Known, now: datetime) -> list[Finding]:
    fields = node.get("ProductFields")
    own = fields.text(f"{_OWN}weakness")
    generator = node.needed("GeneratorId")
    rule = _rule(node, generator)
    weakness, ours = _named(node, product, rule, known)
    remediation = node.get("Remediation", "Recommendation")
    message = node.text("Description")
    url = remediation.text("Url")
    cves = tuple(one.needed("Id") for one in node.each("Vulnerabilities"))
    found: list[Finding] = []
    resources = list(node.each("Resources"))
    if not resources:
        raise node.get("Resources").wrong("no resource is named: it would be nobody's finding")
    for resource in resources:
        name = resource.needed("Id")
        kind = resource.text("Type", "resource")
        account = node.text("AwsAccountId")
        region = resource.text("Region") or node.text("Region")
        component = fields.text(f"{_OWN}component") or judged_so(
            component_of(name, kind),
            "" if ours is None else ours.judges,
            account=account,
            region=region,
        )
        one = Finding(
            source=product,
            weakness=own or weakness,
            component=component,
            about=about(
                component,
                component_of(name, kind),
                account=account,
                region=region,
                tags=_tags(resource),
            ),
            part=fields.text(f"{_OWN}part"),
            title=node.needed("Title"),
            message=fields.text(f"{_OWN}message") if own else message,
            severity=severity_of(node.get("Severity"), "Label"),
            fix=fix_for(remediation.text("Text"), ours, tool=product, rule=rule),
            seen=node.moment("LastObservedAt") or node.moment("UpdatedAt") or now,
            rule=fields.text(f"{_OWN}rule") if own else rule,
            evidence=_numbered(fields, "evidence") or (message,),
            references=_numbered(fields, "reference")
            or tuple(dict.fromkeys((*cves, *((url,) if url else ())))),
            controls=_numbered(fields, "control")
            or node.get("Compliance").texts("RelatedRequirements"),
        )
        found.append(one)
    return found


def _rule(node: Node, generator: str) -> str:
    """What was looked for.

    Of Inspector, GuardDuty and Macie that is the vulnerability or the type: their generator is the
    same for all that they find.
    """
    if vulnerability := node.first("Vulnerabilities").text("Id"):
        return vulnerability
    types = node.texts("Types")
    return types[0].rpartition("/")[2] if generator.startswith(_OF_ALL) and types else generator


def _named(node: Node, product: str, rule: str, known: Known) -> tuple[str, KnownRule | None]:
    """Security Hub's own controls are known as ``securityhub:S3.8``."""
    control = node.get("Compliance").text("SecurityControlId")
    control = control or node.get("ProductFields").text("ControlId")
    if product in _SECURITY_HUB and control:
        found = known.get(f"securityhub:{control}")
        return (f"securityhub/{control}"[:200] if found is None else found.id), found
    if product == "prowler":
        return named(known, "prowler", rule.removeprefix("prowler-"))
    return named(known, product, rule)


def _tags(resource: Node) -> list[tuple[str, str]]:
    """The resource's tags: an object whose members are texts."""
    tags = resource.get("Tags").value
    if not isinstance(tags, dict):
        return []
    return [(key, value) for key, value in tags.items() if isinstance(value, str)]


def _numbered(fields: Node, name: str) -> tuple[str, ...]:
    found: list[str] = []
    while text := fields.text(f"{_OWN}{name}/{len(found)}"):
        found.append(text)
    return tuple(found)


def _exploit(node: Node) -> Exploit | None:
    first = node.first("Vulnerabilities")
    epss, is_known = first.epss("EpssScore"), first.text("ExploitAvailable") == "YES"
    return Exploit(is_known, epss) if is_known or epss is not None else None


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
