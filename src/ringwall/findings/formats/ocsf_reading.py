"""Read OCSF findings: classes 2002 to 2004, 2006 and 2007, as Ringwall, Prowler and others write.

A finding whose status is ``PASS`` tells that the check passed, ``MANUAL`` or a compliance that is
not known that it could not be judged; one that somebody suppressed tells nothing. Pure.
"""

from datetime import datetime
from typing import Final

from ringwall.core.findings import Finding, Severity
from ringwall.core.observations import Fact, Place, State
from ringwall.findings.formats.components import about, component_of, judged_so
from ringwall.findings.formats.reading import (
    Brought,
    FormatError,
    Known,
    Node,
    fix_for,
    named,
    parsed,
    slug,
)
from ringwall.findings.ranking import Exploit

_CLASSES: Final = {2002, 2003, 2004, 2006, 2007}
_SEVERITIES: Final = {
    0: Severity.MEDIUM,
    1: Severity.INFORMATIONAL,
    2: Severity.LOW,
    3: Severity.MEDIUM,
    4: Severity.HIGH,
    5: Severity.CRITICAL,
    6: Severity.CRITICAL,
    99: Severity.MEDIUM,
}
_PASSED: Final = {"pass", "passed", "success", "resolved"}
_FAILED: Final = {"fail", "failed"}
_UNKNOWN: Final = {"manual", "unknown", "muted", "not_available"}
_NOT_KNOWN: Final = 0
"""``compliance.status_id`` of what could not be judged."""


def read(data: bytes, known: Known, *, now: datetime) -> Brought:
    """What a file brings; :class:`FormatError` says what is wrong with it, and where."""
    root = parsed(data)
    events = root.value if isinstance(root.value, list) else [root.value]
    findings: list[Finding] = []
    passed: set[tuple[str, str]] = set()
    unknown: set[tuple[str, str]] = set()
    exploits: dict[str, Exploit] = {}
    sources: set[str] = set()
    times: list[datetime] = []
    for index, event in enumerate(events):
        node = Node(event, f"[{index}]")
        if node.whole("class_uid") not in _CLASSES:
            raise node.get("class_uid").wrong(
                "this is no class of findings: 2002, 2003, 2004, 2006 and 2007 are read"
            )
        tool = node.get("metadata", "product").needed("name")
        own = node.get("unmapped", "ringwall")
        sources.add(tool)
        told = _status(node)
        for one, exploit in _each(node, own, tool, known, now):
            pair = (one.weakness, one.component)
            times.append(one.seen)
            if told == "passed":
                passed.add(pair)
            elif told == "unknown":
                unknown.add(pair)
            else:
                findings.append(one)
                if exploit is not None:
                    exploits[one.uid] = exploit
    if len(sources) > 1:
        names = ", ".join(sorted(sources)[:3])
        raise FormatError("the whole", f"findings of several tools ({names}): import each alone")
    return Brought(
        source=slug(next(iter(sources), "ocsf")),
        findings=tuple(findings),
        passed=frozenset(passed),
        unknown=frozenset(unknown),
        exploits=exploits,
        ended=max(times, default=None),
    )


def _status(node: Node) -> str:
    """Whether it tells of a fault, of a pass, or that nobody knows."""
    own = node.get("unmapped", "ringwall").text("state")
    if own:
        return "passed" if own == "fixed" else "failed"
    word = node.text("status_code").lower()
    verdict = node.get("compliance").whole("status_id")
    if word in _PASSED or verdict == 1 or node.whole("status_id") == 4:
        return "passed"
    is_suppressed = node.text("status") == "Suppressed"  # its number has meant other things, too
    said = node.get("compliance").text("status").lower()
    is_open = word not in _FAILED and (verdict == _NOT_KNOWN or said in _UNKNOWN)
    return "unknown" if is_suppressed or is_open or word in _UNKNOWN else "failed"


def _each(
    node: Node, own: Node, tool: str, known: Known, now: datetime
) -> list[tuple[Finding, Exploit | None]]:
    """One for each resource that an event names."""
    info = node.get("finding_info")
    if own.value is not None and own.text("weakness"):
        return [_own(node, own, slug(tool), now)]
    vulnerability = node.first("vulnerabilities")
    cves = [one.get("cve").text("uid") for one in node.each("vulnerabilities")]
    rule = (
        node.get("metadata").text("event_code")
        or node.get("finding_info", "analytic").text("uid")
        or next((one for one in cves if one), "")
        or node.get("compliance").text("control")
        or info.needed("title")
    )
    weakness, ours = named(known, tool, rule)
    judged = own.text("component") if own.text("check") == rule and slug(tool) == "ringwall" else ""
    remediation = node.get("remediation")
    told_fix = remediation.text("desc") or vulnerability.get("remediation").text("desc")
    message = node.text("status_detail") or node.text("message") or info.text("desc")
    references = [*cves, *remediation.texts("references"), *info.texts("src_urls")]
    found: list[tuple[Finding, Exploit | None]] = []
    resources = list(node.each("resources"))
    if not resources:
        raise node.get("resources").wrong("no resource is named: it would be nobody's finding")
    for resource in resources:
        name = resource.text("uid") or resource.needed("name")
        account = node.get("cloud", "account").text("uid")
        region = resource.text("region") or node.get("cloud").text("region")
        named_so = component_of(name, resource.text("type") or "resource")
        judges = "" if ours is None else ours.judges
        component = judged or judged_so(named_so, judges, account=account, region=region)
        one = Finding(
            source=slug(tool),
            weakness=rule if judged else weakness,
            component=component,
            about=about(
                component,
                named_so,
                label=resource.text("name"),
                account=account,
                region=region,
                tags=_tags(resource),
            ),
            title=info.text("title") or rule,
            message=message,
            severity=_severity(node),
            fix=fix_for(told_fix, ours, tool=tool, rule=rule),
            seen=_seen(node, now),
            rule=rule,
            evidence=_evidence(node) or ((message,) if message else ()),
            references=tuple(dict.fromkeys(one for one in references if one)),
        )
        found.append((one, _exploit(vulnerability)))
    return found


def _tags(resource: Node) -> list[tuple[str, str]]:
    """The resource's tags, and its labels, which Prowler writes as ``key: value``."""
    found: list[tuple[str, str]] = []
    tags, labels = resource.get("tags").value, resource.get("labels").value
    for one in tags if isinstance(tags, list) else ():
        name, told = (one.get("name"), one.get("value")) if isinstance(one, dict) else ("", None)
        if isinstance(name, str) and isinstance(told, str):
            found.append((name, told))
    for one in labels if isinstance(labels, list) else ():
        if isinstance(one, str):
            parted_by = next((mark for mark in (": ", "=", ":") if mark in one), ":")
            key, _, value = one.partition(parted_by)
            found.append((key.strip(), value.strip()))
    return found


def _own(node: Node, own: Node, source: str, now: datetime) -> tuple[Finding, Exploit | None]:
    """A finding that a queue of Ringwall wrote, whole."""
    info, place = node.get("finding_info"), own.get("place")
    vulnerability = node.first("vulnerabilities")
    fix = node.get("remediation").text("desc") or vulnerability.get("remediation").text("desc")
    message = info.text("desc")
    facts = []
    for one in own.each("facts"):
        try:
            state = State(one.needed("state"))
        except ValueError:
            words = ", ".join(State)
            raise one.get("state").wrong(f"this is no state of a read: {words} are") from None
        facts.append(Fact(one.needed("component"), one.needed("aspect"), state))
    found = Finding(
        source=source,
        weakness=own.needed("weakness"),
        component=own.needed("component"),
        part=own.text("part"),
        rule=own.text("rule"),
        title=info.needed("title"),
        message=message,
        severity=_severity(node),
        fix=fix,
        seen=_seen(node, now),
        evidence=own.texts("evidence"),
        references=own.texts("references"),
        controls=own.texts("controls"),
        facts=tuple(facts),
        place=None
        if place.value is None
        else Place(place.needed("path"), place.whole("line") or 1, place.whole("end")),
    )
    return found, _exploit(vulnerability)


def _severity(node: Node) -> Severity:
    number = node.whole("severity_id")
    found = None if number is None else _SEVERITIES.get(number)
    if found is None:
        raise node.get("severity_id").wrong("0 to 6 or 99 is needed here")
    return found


def _seen(node: Node, now: datetime) -> datetime:
    info = node.get("finding_info")
    told = (info.moment("last_seen_time"), node.moment("time"), node.moment("time_dt"))
    return next((one for one in (*told, node.moment("event_time")) if one is not None), now)


def _evidence(node: Node) -> tuple[str, ...]:
    found = []
    for one in node.each("evidences"):
        data = one.get("data")
        told = data.value if isinstance(data.value, dict) else {}
        texts = [told[name] for name in ("text", "read") if isinstance(told.get(name), str)]
        if texts:
            found.append(texts[0])
        elif data.value is not None:
            found.append(str(data.value)[:2000])
    return tuple(found)


def _exploit(vulnerability: Node) -> Exploit | None:
    epss = vulnerability.get("cve", "epss").epss("score")
    is_known = vulnerability.get("is_exploit_available").value is True
    return Exploit(is_known, epss) if is_known or epss is not None else None
