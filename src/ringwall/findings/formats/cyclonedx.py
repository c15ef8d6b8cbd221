"""Findings as CycloneDX 1.6 has them (ECMA-424): vulnerabilities, with VEX for what is excused.

What somebody says in a VEX of a weakness that is not there (``not_affected``, ``false_positive``)
is no finding; it is told as :class:`~ringwall.findings.formats.reading.Said`. Pure.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from ringwall import __version__
from ringwall.core.findings import Finding, Severity
from ringwall.core.observations import Place
from ringwall.findings.formats.ocsf import CWE
from ringwall.findings.formats.reading import (
    Brought,
    Known,
    Node,
    fix_for,
    named,
    parsed,
    severity_of,
    slug,
    unquoted,
)
from ringwall.findings.formats.reading import Said as Statement
from ringwall.findings.ranking import Exploit
from ringwall.findings.standing import Standing
from ringwall.findings.states import State

_OWN: Final = "ringwall:"
_SEVERITY: Final = {one: str(one) for one in Severity} | {Severity.INFORMATIONAL: "info"}
_STATES: Final = {
    State.OPEN: "in_triage",
    State.ACKNOWLEDGED: "exploitable",
    State.IN_PROGRESS: "exploitable",
    State.TO_BE_CONFIRMED: "in_triage",
    State.FIXED: "resolved",
    State.ACCEPTED: "exploitable",
    State.FALSE_POSITIVE: "false_positive",
}
_RESPONSES: Final = {State.IN_PROGRESS: "update", State.ACCEPTED: "will_not_fix"}
_NOT_THERE: Final = {"not_affected": "false-positive", "false_positive": "false-positive"}
_FIXED: Final = {"resolved": "fixed", "resolved_with_pedigree": "fixed"}


def write(standings: Iterable[Standing]) -> bytes:
    """A bill of materials with the components that have findings, and a vulnerability for each."""
    some = list(standings)
    components = sorted({one.finding.component for one in some})
    made = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": _time(max((one.last_seen for one in some), default=_EPOCH)),
            "tools": {
                "components": [{"type": "application", "name": "Ringwall", "version": __version__}]
            },
        },
        "components": [{"type": "data", "bom-ref": one, "name": one} for one in components],
        "vulnerabilities": [_vulnerability(one) for one in some],
    }
    return orjson.dumps(made, option=orjson.OPT_INDENT_2)


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _vulnerability(one: Standing) -> dict[str, Any]:
    found = one.finding
    analysis: dict[str, Any] = {"state": _STATES[one.state]}
    if one.state in _RESPONSES:
        analysis["response"] = [_RESPONSES[one.state]]
    if one.excuse is not None:
        analysis["detail"] = f"until {one.excuse.until:%Y-%m-%d}: {one.excuse.reason}"
    made: dict[str, Any] = {
        "bom-ref": found.uid,
        "id": found.weakness,
        "source": {"name": found.source},
        "ratings": [{"severity": _SEVERITY[found.severity], "method": "other"}],
        "description": found.title,
        "recommendation": found.fix,
        "created": _time(one.first_seen),
        "updated": _time(one.last_seen),
        "analysis": analysis,
        "affects": [{"ref": found.component}],
        "properties": _properties(one),
    }
    if found.message:
        made["detail"] = found.message
    cwes = [int(text[4:]) for text in found.references if CWE.fullmatch(text)]
    if cwes := [number for number in cwes if number >= 1]:
        made["cwes"] = cwes
    addresses = [text for text in found.references if text.isascii() and _is_address(text)]
    if addresses:
        made["advisories"] = [{"url": text} for text in addresses]
    return made


def _is_address(text: str) -> bool:
    return text.startswith(("https://", "http://")) and not set(text) & set(' <>"{}|\\^`')


def _properties(one: Standing) -> list[dict[str, str]]:
    found, told = one.finding, [("state", str(one.state)), ("score", str(one.score))]
    told += [("component", found.component), ("part", found.part), ("rule", found.rule)]
    told += [("evidence", text) for text in found.evidence]
    told += [("reference", text) for text in found.references]
    told += [("control", text) for text in found.controls]
    if found.place is not None:
        told += [("path", found.place.path), ("line", str(found.place.line))]
        told += [("end", str(found.place.end))] if found.place.end is not None else []
    if one.exploit.epss is not None:
        told.append(("epss", repr(one.exploit.epss)))
    if one.exploit.is_known:
        told.append(("known-exploited", "true"))
    return [{"name": f"{_OWN}{name}", "value": text} for name, text in told if text]


def read(data: bytes, known: Known, *, now: datetime, about: str = "") -> Brought:
    """What a bill of materials, or a VEX by itself, brings."""
    root = parsed(data)
    if root.text("bomFormat") != "CycloneDX":
        raise root.get("bomFormat").wrong('"CycloneDX" is needed here')
    if root.text("specVersion") not in {"1.4", "1.5", "1.6", "1.7"}:
        raise root.get("specVersion").wrong("1.4 to 1.7 are read, and this is another version")
    tool = _tool(root)
    names = {one.text("bom-ref"): one for one in _components(root)}
    time = root.get("metadata").moment("timestamp") or now
    subject = about or root.get("metadata", "component").text("name")
    findings: list[Finding] = []
    said: list[Statement] = []
    exploits: dict[str, Exploit] = {}
    is_own = False
    for node in root.each("vulnerabilities"):
        own = _own_properties(node)
        is_own = is_own or "component" in own
        state = node.get("analysis").text("state")
        for one in _read_one(node, own, tool, known, names=names, time=time, subject=subject):
            if state in _NOT_THERE or state in _FIXED:
                said.append(_statement(node, one, {**_NOT_THERE, **_FIXED}[state]))
            else:
                findings.append(one)
                if (exploit := _exploit(node, own)) is not None:
                    exploits[one.uid] = exploit
    source = "ringwall" if is_own else slug(tool)
    return Brought(
        source=source,
        findings=tuple(findings),
        exploits=exploits,
        said=tuple(said),
        ended=max([time, *(one.seen for one in findings)]),
    )


def _components(root: Node) -> Iterator[Node]:
    """Each component, and those within it."""
    left = list(root.each("components"))
    while left:
        one = left.pop()
        yield one
        left.extend(one.each("components"))


def _tool(root: Node) -> str:
    tools = root.get("metadata", "tools")
    if isinstance(tools.value, list):
        return root.get("metadata").first("tools").text("name") or "cyclonedx"
    return tools.first("components").text("name") or "cyclonedx"


def _own_properties(node: Node) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in node.each("properties"):
        name = one.text("name")
        if name.startswith(_OWN):
            found.setdefault(name.removeprefix(_OWN), []).append(one.text("value"))
    return found


def _read_one(
    node: Node,
    own: dict[str, list[str]],
    tool: str,
    known: Known,
    *,
    names: dict[str, Node],
    time: datetime,
    subject: str,
) -> list[Finding]:
    rule = node.needed("id")
    weakness, ours = (rule, None) if own else named(known, tool, rule)
    affected = list(node.each("affects"))
    if not affected:
        raise node.get("affects").wrong("no component is named: it would be nobody's finding")
    description, detail = node.text("description"), node.text("detail")
    found = []
    for one in affected:
        reference = _referred(one.needed("ref"))
        name = _name(names.get(reference), reference)
        if own:
            component, part = own["component"][0] if "component" in own else "", _one(own, "part")
        else:
            component, part = f"code-repository/{subject or 'code'}", name
        found.append(
            Finding(
                source="ringwall" if own else slug(tool),
                weakness=weakness,
                component=component,
                part=part,
                title=description if own else f"{rule} in {name}",
                message=detail if own else description or detail,
                severity=_severity(node),
                fix=fix_for(node.text("recommendation"), ours, tool=tool, rule=rule),
                # Of others it is when the vulnerability was described anew.
                seen=node.moment("updated") or time if own else time,
                rule=_one(own, "rule") if own else rule,
                evidence=tuple(own.get("evidence", ())) if own else (f"{name} is in use",),
                references=tuple(own.get("reference", ())) if own else _references(node, rule),
                controls=tuple(own.get("control", ())),
                place=_place(node, own),
            )
        )
    return found


def _name(component: Node | None, reference: str) -> str:
    """What tells a package: its purl without its version, which changes with every update."""
    purl = reference if component is None else component.text("purl")
    if purl.startswith("pkg:"):
        head, at, version = purl.partition("#")[0].partition("?")[0].rpartition("@")
        return head if at and "/" in head and "/" not in version else purl
    return reference if component is None else component.text("name") or reference


def _referred(reference: str) -> str:
    """What is meant in its own file, where it is named from another: ``urn:cdx:<bom>#<ref>``."""
    if not reference.startswith("urn:cdx:"):
        return reference
    return unquoted(reference.partition("#")[2]) or reference


def _references(node: Node, rule: str) -> tuple[str, ...]:
    found = [rule] if rule.startswith("CVE-") else []
    cwes = [one.value for one in node.each("cwes")]
    found += [f"CWE-{number}" for number in cwes if isinstance(number, int)]
    found += [one.needed("url") for one in node.each("advisories")]
    return tuple(dict.fromkeys(found))


def _place(node: Node, own: dict[str, list[str]]) -> Place | None:
    if "path" not in own:
        return None
    numbers = Node({name: some[0] for name, some in own.items()}, f"{node.place}.properties")
    return Place(own["path"][0], numbers.whole("line") or 1, numbers.whole("end"))


def _severity(node: Node) -> Severity:
    worst = Severity.INFORMATIONAL
    ratings = list(node.each("ratings"))
    for one in ratings:
        found = severity_of(one, "severity")
        worst = found if found.number > worst.number else worst
    return worst if ratings else Severity.MEDIUM


def _exploit(node: Node, own: dict[str, list[str]]) -> Exploit | None:
    told = Node({"epss": _one(own, "epss") or None}, f"{node.place}.properties")
    epss, is_known = told.epss("epss"), "known-exploited" in own
    return Exploit(is_known, epss) if is_known or epss is not None else None


def _statement(node: Node, one: Finding, state: str) -> Statement:
    analysis = node.get("analysis")
    words = [analysis.text("justification"), analysis.text("detail")]
    return Statement(
        weakness=one.weakness,
        component=one.component,
        part=one.part,
        state=state,
        why=": ".join(word for word in words if word) or analysis.text("state"),
    )


def _one(own: dict[str, list[str]], name: str) -> str:
    return own[name][0] if name in own else ""


def _time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
