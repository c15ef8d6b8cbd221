"""AWS Config records every region.

Why: without its history nobody can say what was so on the day.
Fix: turn the recorder on for all kinds of resources.
"""

from collections.abc import Mapping
from typing import Any

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import CHANGES

CHECK = Check(
    judges="aws-region",
    severity=Severity.LOW,
    reads=("config_recorders", "config_status"),
    controls=(
        "cis-aws-3.0 3.3 partial",
        "cis-aws-5.0 3.3 partial",
        "cis-aws-6.0 4.3 partial",
        "nist-800-53r5 CM-8 partial",
        "nist-800-53r5 CM-3 supporting",
        "nist-csf-2.0 ID.AM-08 supporting",
        "iso-27001-2022 A.8.9 supporting",
        "soc2 CC7.1 supporting",
        "ccm-4 CCC-07 supporting",
        "pci-dss-4 2.2.1 supporting",
        *CHANGES,
        "soc2 CC4.1 supporting",
        "nist-csf-2.0 ID.AM-02 partial",
    ),
    known_as=(
        "prowler:config_recorder_all_regions_enabled",
        "securityhub:Config.1",
        "checkov:CKV2_AWS_45",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """In each region: on, of all kinds or all but those it names, and writing without an error."""
    several = it.read("config_recorders", [])
    if not several:
        return fails("there is no recorder")
    states = {one.get("name"): one for one in it.read("config_status", [])}
    why = []
    for one in several:
        name, state = one.get("name"), states.get(one.get("name"), {})
        if not state.get("recording"):
            why.append(f"{name} is off")
        elif str(state.get("lastStatus", "")).upper() == "FAILURE":
            why.append(f"{name} fails: {state.get('lastErrorCode', 'nobody says why')}")
        elif not _is_whole(one.get("recordingGroup") or {}):
            why.append(f"{name} leaves out kinds of resources")
        else:
            return passes(f"{name} records all kinds of resources")
    return fails("; ".join(why))


def _is_whole(group: Mapping[str, Any]) -> bool:
    """All but some kinds is chosen by those who pay for it, as AWS itself advises."""
    by = (group.get("recordingStrategy") or {}).get("useOnly")
    return bool(group.get("allSupported")) or by == "EXCLUSION_BY_RESOURCE_TYPES"


def _world(group: Mapping[str, Any], **state: object) -> dict[str, Any]:
    return {
        "config_recorders": [{"name": "r", "recordingGroup": group}],
        "config_status": [{"name": "r"} | state],
    }


ALL = {"allSupported": True}
BUT = {"recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"}}
CASES = (
    case("on", PASS, **_world(ALL, recording=True, lastStatus="SUCCESS")),
    case("all but some", PASS, **_world(BUT, recording=True)),
    case("off", FAIL, **_world(ALL, recording=False)),
    case("fails", FAIL, **_world(ALL, recording=True, lastStatus="FAILURE")),
    case("some kinds", FAIL, **_world({"allSupported": False}, recording=True)),
    case("none", FAIL, config_recorders=[], config_status=[]),
    case("status may not be read", UNKNOWN, config_recorders=[{"name": "r"}], config_status=DENIED),
    case("may not be read", UNKNOWN, config_recorders=DENIED),
)
