"""AWS Config's recorders, and GuardDuty's detectors: what watches a whole account."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ringwall.core.observations import Collected
from ringwall.posture.checking.settled import ACCOUNT, REGION
from ringwall.posture.code.aws.declaring import component, ident, known, part
from ringwall.posture.code.aws.settings import of_whole, settled
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.snapshot.partial import Unknown

DETECTOR: Final = "aws-guardduty-detector"
KINDS: Final = (DETECTOR,)
_RECORDER: Final = "aws_config_configuration_recorder"
_STATUS: Final = "aws_config_configuration_recorder_status"
_FEATURE: Final = "aws_guardduty_detector_feature"
_FEATURES: Final = (
    "S3_DATA_EVENTS",
    "EKS_AUDIT_LOGS",
    "EBS_MALWARE_PROTECTION",
    "RDS_LOGIN_EVENTS",
    "LAMBDA_NETWORK_LOGS",
    "RUNTIME_MONITORING",
    "EKS_RUNTIME_MONITORING",
)
_SOURCES: Final[Mapping[str, tuple[str, ...]]] = {
    "S3_DATA_EVENTS": ("s3_logs", "enable"),
    "EKS_AUDIT_LOGS": ("kubernetes", "audit_logs", "enable"),
    "EBS_MALWARE_PROTECTION": (
        "malware_protection",
        "scan_ec2_instance_with_findings",
        "ebs_volumes",
        "enable",
    ),
}
"""Where the older form has what became features."""


def components(code: Resources) -> Iterator[Collected]:
    """Recorders with whether they run, channels, and detectors with their features."""
    recorders = [(one, _recorder(one), _running(code, one)) for one in code.of(_RECORDER)]
    for one, recorder, status in recorders:
        aspects = {
            "config_recorders": known([recorder], one),
            "config_status": known([status], one),
        }
        yield of_whole(code, REGION, one, aspects)
    if recorders and not _elsewhere(recorders):
        first = recorders[0][0]
        yield of_whole(
            code,
            ACCOUNT,
            first,
            {
                "aws-region.config_recorders": known([each for _, each, _ in recorders], first),
                "aws-region.config_status": known(
                    [Unknown(one.doubt) if one.doubt else each for one, _, each in recorders], first
                ),
            },
        )
    for one in code.of("aws_config_delivery_channel"):
        bucket = ident(one.get("s3_bucket_name"))
        channel = {"s3BucketName": bucket if isinstance(bucket, str) else "a bucket"}
        yield of_whole(code, REGION, one, {"config_channels": known([channel], one)})
    for one in code.of("aws_guardduty_detector"):
        yield from _detector(code, one)


def _recorder(one: Instance) -> dict[str, Any]:
    made: dict[str, Any] = {"name": one.address, "recordingGroup": {"allSupported": True}}
    group = one.block("recording_group")
    if group is None:
        return made
    if isinstance(group, Unknown):
        return made | {"recordingGroup": group}
    by = part(_first(group.get("recording_strategy")), "use_only")
    told = {
        "allSupported": settled(part(group, "all_supported", fallback=True)),
        "includeGlobalResourceTypes": settled(
            part(group, "include_global_resource_types", fallback=False)
        ),
        "resourceTypes": part(group, "resource_types", []),
    }
    return made | {"recordingGroup": told | ({"recordingStrategy": {"useOnly": by}} if by else {})}


def _running(code: Resources, one: Instance) -> dict[str, Any]:
    """A recorder that nobody starts does not run; CloudFormation starts each that has a channel."""
    found = code.pointing(_STATUS, "name", one, one.get("name", "default"))
    on: Any = one.get("starts") is True
    if found:
        on = settled(found[0].get("is_enabled"))
    elif not on and (unread := next(code.of("module"), None)) is not None:
        on = Unknown(f"{unread.written} is not read, and may start it")
    return {"name": one.address, "recording": on}


def _elsewhere(recorders: list[tuple[Instance, dict[str, Any], dict[str, Any]]]) -> bool:
    """Whether all leave out what is of no region, and say so: one region's recorder is enough."""
    groups = [one.block("recording_group") for one, _, _ in recorders]
    return all(
        isinstance(group, dict) and settled(group.get("include_global_resource_types")) is False
        for group in groups
    )


def _first(value: Any) -> Any:
    return next(iter(value), None) if isinstance(value, list) else value


def _detector(code: Resources, one: Instance) -> Iterator[Collected]:
    on = settled(one.get("enable", default=True))
    told = {
        "Status": on if isinstance(on, Unknown) else "ENABLED" if on else "DISABLED",
        "Features": _features(code, one),
    }
    yield component(DETECTOR, one, one.address, {"detector": known(told, one)})
    at = {f"{DETECTOR}.detector": known(one.address, one)}
    yield of_whole(code, REGION, one, at)


def _features(code: Resources, one: Instance) -> list[Any]:
    """What is written of each; all but the runtime's are on without a word (CreateDetector)."""
    found: dict[str, Any] = {}
    sources = one.block("datasources")
    for name, path in _SOURCES.items():
        value: Any = sources
        for step in path:
            value = _first(value)
            value = value.get(step) if isinstance(value, dict) else value
        if value is not None:
            on = settled(value)
            found[name] = on if isinstance(on, Unknown) else "ENABLED" if on else "DISABLED"
    for each in one.blocks("features") if isinstance(one.blocks("features"), list) else ():
        if isinstance(each, dict) and isinstance(each.get("name"), str):
            found[each["name"]] = each.get("status")
    unsaid: Any = None
    for feature in code.pointing(_FEATURE, "detector_id", one):
        name = feature.get("name")
        if isinstance(name, str):
            found[name] = feature.get("status")
        else:
            unsaid = name
    usual: dict[str, Any] = {
        name: "DISABLED" if "RUNTIME" in name else "ENABLED" for name in _FEATURES
    }
    if (unread := next(code.of("module"), None)) is not None:
        unsaid = Unknown(f"{unread.written} is not read, and may set it")
    if unsaid is not None:
        usual = dict.fromkeys(_FEATURES, unsaid)
    return [{"Name": name, "Status": status} for name, status in (usual | found).items()]
