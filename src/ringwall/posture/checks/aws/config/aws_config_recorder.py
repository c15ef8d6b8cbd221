"""AWS Config records every region.

Why: without its history nobody can say what was so on the day.
Fix: turn the recorder on for all kinds of resources.
"""

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

CHECK = Check(
    judges="aws-region",
    severity=Severity.LOW,
    reads=("config_recorders", "config_status"),
    controls=(
        "cis-aws-3.0 3.3 full",
        "nist-800-53r5 CM-8 partial",
        "nist-800-53r5 CM-3 supporting",
        "nist-csf-2.0 ID.AM-08 supporting",
    ),
    known_as=(
        "prowler:config_recorder_all_regions_enabled",
        "securityhub:Config.1",
        "checkov:CKV2_AWS_45",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """In each region."""
    several = it.read("config_recorders", [])
    if not several:
        return fails("there is no recorder")
    running = {one.get("name") for one in it.read("config_status", []) if one.get("recording")}
    for one in several:
        group = one.get("recordingGroup") or {}
        if one.get("name") in running and group.get("allSupported"):
            return passes(f"{one.get('name')} records all kinds of resources")
    return fails("its recorder is off, or leaves out kinds of resources")


CASES = (
    case(
        "on",
        PASS,
        config_recorders=[{"name": "r", "recordingGroup": {"allSupported": True}}],
        config_status=[{"name": "r", "recording": True}],
    ),
    case(
        "off",
        FAIL,
        config_recorders=[{"name": "r", "recordingGroup": {"allSupported": True}}],
        config_status=[{"name": "r", "recording": False}],
    ),
    case(
        "some kinds",
        FAIL,
        config_recorders=[{"name": "r", "recordingGroup": {"allSupported": False}}],
        config_status=[{"name": "r", "recording": True}],
    ),
    case("none", FAIL, config_recorders=[], config_status=[]),
    case("status may not be read", UNKNOWN, config_recorders=[{"name": "r"}], config_status=DENIED),
    case("may not be read", UNKNOWN, config_recorders=DENIED),
)
