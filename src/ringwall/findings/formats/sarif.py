"""Findings as SARIF 2.1.0 has them (OASIS): one run a source, one rule a weakness. Pure.

What SARIF has no word for stands in ``properties.ringwall`` of a result, its identity in
``partialFingerprints`` as ``ringwall/v1``.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import orjson

from ringwall import __version__
from ringwall.core.findings import Finding, Severity
from ringwall.core.observations import Place
from ringwall.findings.formats.components import component_of
from ringwall.findings.formats.reading import (
    Brought,
    FormatError,
    Known,
    Node,
    fix_for,
    named,
    parsed,
    severity_of,
    slug,
    unquoted,
)
from ringwall.findings.standing import Standing
from ringwall.findings.states import EXCUSED, State

SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS: Final = {
    Severity.INFORMATIONAL: "note",
    Severity.LOW: "note",
    Severity.MEDIUM: "warning",
    Severity.HIGH: "error",
    Severity.CRITICAL: "error",
}
_SCORES: Final = {
    Severity.INFORMATIONAL: "0.0",
    Severity.LOW: "2.0",
    Severity.MEDIUM: "5.0",
    Severity.HIGH: "8.0",
    Severity.CRITICAL: "9.5",
}
"""``security-severity``, as GitHub reads it."""
_OWN: Final = "ringwall/v1"
_NO_PRINT: Final = "requires login"
"""What semgrep writes in the place of a fingerprint for who has no account."""
_SECRET: Final = re.compile(
    r"secret|leak|hog\b|credential|passw|token|(?:api|access|private)[ _-]?key"
    r"|CWE-(?:259|321|798)\b",
    re.IGNORECASE,
)


def write(standings: Iterable[Standing]) -> bytes:
    """A log with a run for each source."""
    by_source: dict[str, list[Standing]] = {}
    for one in standings:
        by_source.setdefault(one.finding.source, []).append(one)
    runs = [_run(source, some) for source, some in sorted(by_source.items())]
    made = {"$schema": SCHEMA, "version": "2.1.0", "runs": runs or [_run("ringwall", [])]}
    return orjson.dumps(made, option=orjson.OPT_INDENT_2)


def _run(source: str, some: list[Standing]) -> dict[str, Any]:
    rules: dict[str, dict[str, Any]] = {}
    for one in some:
        rules.setdefault(one.finding.weakness, _rule(one.finding))
    index = {name: number for number, name in enumerate(rules)}
    return {
        "tool": {
            "driver": {
                "name": source,
                "version": __version__,
                "rules": list(rules.values()),
            }
        },
        "results": [_result(one, index) for one in some],
        "columnKind": "unicodeCodePoints",
    }


def _rule(found: Finding) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": found.weakness,
        "shortDescription": {"text": found.title},
        "help": {"text": found.fix},
        "defaultConfiguration": {"level": _LEVELS[found.severity]},
        "properties": {"security-severity": _SCORES[found.severity], "tags": ["security"]},
    }
    return made


def _result(one: Standing, index: dict[str, int]) -> dict[str, Any]:
    found = one.finding
    location: dict[str, Any] = {
        "logicalLocations": [{"fullyQualifiedName": found.component, "kind": "resource"}]
    }
    if found.place is not None:
        region: dict[str, Any] = {"startLine": found.place.line}
        if found.place.end is not None:
            region["endLine"] = found.place.end
        location["physicalLocation"] = {
            "artifactLocation": {"uri": _quoted(found.place.path)},
            "region": region,
        }
    made: dict[str, Any] = {
        "ruleId": found.weakness,
        "ruleIndex": index[found.weakness],
        "level": _LEVELS[found.severity],
        "message": {"text": found.message or found.title},
        "locations": [location],
        "partialFingerprints": {_OWN: found.uid},
        "rank": float(one.score),
        "properties": {"ringwall": _own_words(one)},
    }
    if one.state in EXCUSED:
        made["suppressions"] = [_suppression(one)]
    if one.state is State.FIXED:
        made["baselineState"] = "absent"
    return made


def _suppression(one: Standing) -> dict[str, Any]:
    made: dict[str, Any] = {"kind": "external", "status": "accepted"}
    if one.excuse is not None:
        made["justification"] = (
            f"{one.state} until {one.excuse.until:%Y-%m-%d}: {one.excuse.reason}"
        )
    return made


def _own_words(one: Standing) -> dict[str, Any]:
    found = one.finding
    made: dict[str, Any] = {
        "component": found.component,
        "part": found.part,
        "rule": found.rule,
        "title": found.title,
        "message": found.message,
        "severity": str(found.severity),
        "fix": found.fix,
        "seen": found.seen.isoformat(),
        "evidence": list(found.evidence),
        "references": list(found.references),
        "controls": list(found.controls),
        "state": str(one.state),
    }
    if found.place is not None:
        made["path"] = found.place.path
    return made


def read(data: bytes, known: Known, *, now: datetime, about: str = "") -> Brought:
    """What a log brings. ``about`` is the component of results that name none, a repository.

    Results that are absent or of the kind ``pass`` tell of what is not there, in their place alone
    where they name one; those that somebody suppressed, that do not apply, or that the tool could
    not judge (``open``, section 3.27.9), tell nothing.
    """
    root = parsed(data)
    if root.text("version") != "2.1.0":
        raise root.get("version").wrong("SARIF 2.1.0 is read, and this is another version")
    findings: list[Finding] = []
    passed: set[tuple[str, str]] = set()
    passed_at: set[tuple[str, str, str]] = set()
    unknown_at: set[tuple[str, str, str]] = set()
    tools: set[str] = set()
    failed = ""
    times_ended: list[datetime] = []
    for run in root.each("runs"):
        tool = run.get("tool", "driver").needed("name")
        rules = _rules(run)
        times: dict[str, int] = {}
        ended = run.first("invocations").moment("endTimeUtc") or now
        times_ended.append(ended)
        for invocation in run.each("invocations"):
            if (told := invocation.get("executionSuccessful")).value is False:
                failed = told.place
        if not any(True for _ in run.each("results")):
            tools.add(tool)
        for node in run.each("results"):
            is_own = node.get("properties", "ringwall").value is not None
            tools.add("ringwall" if is_own else tool)
            one = _read_one(
                node,
                tool,
                rules,
                known,
                ended=ended,
                about=about or _repository(run),
                times=times,
            )
            if _is_there(node):
                findings.append(one)
            elif node.text("baselineState") == "absent":
                passed_at.add((one.weakness, one.component, one.part))
            elif node.text("kind") == "pass" and one.place is not None:
                passed_at.add((one.weakness, one.component, one.place.path))
            elif node.text("kind") == "pass":
                passed.add((one.weakness, one.component))
            else:  # the whole file: to suppress a result changes its line, too
                path = "" if one.place is None else one.place.path
                unknown_at.add((one.weakness, one.component, path))
    if len(tools) > 1:
        names = ", ".join(sorted(tools)[:3])
        raise FormatError("runs", f"results of several tools ({names}): import each alone")
    source = slug(next(iter(tools), "sarif"))
    return Brought(
        source=source,
        findings=tuple(findings),
        passed=frozenset(passed),
        passed_at=frozenset(passed_at),
        unknown_at=frozenset(unknown_at),
        failed=failed,
        ended=max(times_ended, default=None),
    )


def _rules(run: Node) -> dict[str | int, Node]:
    """The tool's rules by id, and by where they stand in its own list; its plug-ins' by id."""
    driver = list(run.get("tool", "driver").each("rules"))
    found: dict[str | int, Node] = {}
    for plugin in run.get("tool").each("extensions"):
        found |= {one.text("id"): one for one in plugin.each("rules")}
    found |= {one.text("id"): one for one in driver}
    return found | dict(enumerate(driver))


def _rule_of(node: Node, rules: dict[str | int, Node]) -> str:
    """The id of a result's rule, which may be told by its place in the list (section 3.27.5)."""
    named_so = node.text("ruleId") or node.get("rule").text("id")
    index = node.whole("ruleIndex")
    if not named_so and index is not None and index in rules:
        return rules[index].needed("id")
    return named_so or node.get("rule").needed("id")


def _is_there(node: Node) -> bool:
    suppressed = any(
        one.text("status", "accepted") == "accepted" for one in node.each("suppressions")
    )
    is_own = node.get("properties", "ringwall").value is not None
    return (
        node.text("kind", "fail") in {"fail", "review"}
        and node.text("baselineState") != "absent"
        and (is_own or not suppressed)
    )


def _repository(run: Node) -> str:
    named_so = run.first("versionControlProvenance").text("repositoryUri")
    return named_so.rstrip("/").removesuffix(".git")


def _read_one(
    node: Node,
    tool: str,
    rules: dict[str | int, Node],
    known: Known,
    *,
    ended: datetime,
    about: str,
    times: dict[str, int],
) -> Finding:
    own = node.get("properties", "ringwall")
    rule = _rule_of(node, rules)
    location = node.first("locations")
    place = _place(location, own)
    if own.value is not None and own.text("component"):
        return Finding(
            source="ringwall",
            weakness=rule,
            component=own.needed("component"),
            part=own.text("part"),
            rule=own.text("rule"),
            title=own.needed("title"),
            message=own.text("message"),
            severity=severity_of(own, "severity"),
            fix=own.needed("fix"),
            seen=own.moment("seen") or ended,
            evidence=own.texts("evidence"),
            references=own.texts("references"),
            controls=own.texts("controls"),
            place=place,
        )
    weakness, ours = named(known, tool, rule)
    described = rules.get(rule, Node(None, f"rules {rule}"))
    title = described.get("shortDescription").text("text") or described.text("name") or rule
    message = node.get("message").text("text") or title
    resource = location.first("logicalLocations").text("fullyQualifiedName")
    where = about or "code"
    component = (
        component_of(resource) if resource.startswith("arn:") else f"code-repository/{where}"
    )
    snippet = location.get("physicalLocation", "region", "snippet").text("text")
    is_of_secret = _SECRET.search(" ".join((tool, rule, title, *_tags(described)))) is not None
    made = Finding(
        source=slug(tool),
        weakness=weakness,
        component=component,
        part=_part(node, place, resource, snippet=snippet, rule=rule, times=times),
        title=title,
        message=message,
        severity=_severity(node, described),
        fix=fix_for(described.get("help").text("text"), ours, tool=tool, rule=rule),
        seen=ended,
        rule=rule,
        # The line that a secret stands in would be in the log for ever.
        evidence=(message if is_of_secret else snippet or message,),
        references=tuple(
            dict.fromkeys(
                one
                for one in (described.text("helpUri"), *_tags(described))
                if one.startswith(("https://", "http://", "CWE-", "CVE-"))
            )
        ),
        place=place,
    )
    judged = replace(made, weakness=rule, component=resource, part="")
    return judged if _prints(node.get("partialFingerprints")).get(_OWN) == judged.uid else made


def _part(
    node: Node,
    place: Place | None,
    resource: str,
    *,
    snippet: str,
    rule: str,
    times: dict[str, int],
) -> str:
    """What tells a result apart from others of its rule and stays while lines move."""
    prints = _prints(node.get("partialFingerprints")) or _prints(node.get("fingerprints"))
    path = "" if place is None else place.path
    if prints:
        told = orjson.dumps(prints, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
        kept = sha256(told).hexdigest()[:12]
    elif snippet:
        kept = sha256(" ".join(snippet.split()).encode("utf-8", "replace")).hexdigest()[:12]
    else:
        kept = resource
    base = " ".join(part for part in (path, kept) if part)
    key = f"{rule}\0{base}"
    times[key] = times.get(key, 0) + 1
    return base if times[key] == 1 else f"{base} #{times[key]}"


def _prints(node: Node) -> dict[str, Any]:
    several = node.value if isinstance(node.value, dict) else {}
    return {name: one for name, one in several.items() if one != _NO_PRINT}


def _place(location: Node, own: Node) -> Place | None:
    physical = location.get("physicalLocation")
    path = physical.get("artifactLocation").text("uri")
    if not path:
        return None
    region = physical.get("region")
    kept = own.text("path") or unquoted(path.removeprefix("file://"))
    return Place(kept, region.whole("startLine") or 1, region.whole("endLine"))


def _quoted(path: str) -> str:
    """A path as a reference of a URI (RFC 3986, section 2)."""
    plain = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/"
    return "".join(chr(b) if b in plain else f"%{b:02X}" for b in path.encode("utf-8", "replace"))


def _severity(node: Node, described: Node) -> Severity:
    properties = described.get("properties")
    told = properties.get("security-severity").value
    if isinstance(told, str) and told.strip().isalpha():  # a word, where a number should be
        if (word := told.strip().lower()) in set(Severity):
            return Severity(word)
    elif (scored := properties.number("security-severity")) is not None:
        return _by_score(scored)
    level = node.text("level") or described.get("defaultConfiguration").text("level") or "warning"
    return severity_of(Node({"level": level}, node.place), "level")


def _by_score(score: float) -> Severity:
    """By CVSS's qualitative ratings."""
    for least, severity in (
        (9.0, Severity.CRITICAL),
        (7.0, Severity.HIGH),
        (4.0, Severity.MEDIUM),
        (0.1, Severity.LOW),
    ):
        if score >= least:
            return severity
    return Severity.INFORMATIONAL


def _tags(described: Node) -> tuple[str, ...]:
    found = described.get("properties").texts("tags")
    return tuple(one.removeprefix("external/cwe/").upper() for one in found if "cwe" in one.lower())
