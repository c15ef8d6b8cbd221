"""Settings of a whole account, or of a region of one: each a component with that alone.

What is not written here may be written elsewhere, or by hand: nothing follows from its absence.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from ringwall.core.observations import Collected, Observation
from ringwall.posture.checking.settled import ACCOUNT, ALONE, REGION
from ringwall.posture.code.aws.declaring import (
    component,
    ident,
    known,
    renamed,
    unsure,
)
from ringwall.posture.code.aws.policies import document
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.snapshot.partial import Unknown

KINDS: Final = (ACCOUNT, REGION)
_PASSWORDS: Final = {
    "minimum_password_length": "MinimumPasswordLength",
    "require_symbols": "RequireSymbols",
    "require_numbers": "RequireNumbers",
    "require_uppercase_characters": "RequireUppercaseCharacters",
    "require_lowercase_characters": "RequireLowercaseCharacters",
    "allow_users_to_change_password": "AllowUsersToChangePassword",
    "max_password_age": "MaxPasswordAge",
    "password_reuse_prevention": "PasswordReusePrevention",
    "hard_expiry": "HardExpiry",
}
_USUAL: Final = {"MinimumPasswordLength": 6, "AllowUsersToChangePassword": True}
"""What a policy says that does not say it: UpdateAccountPasswordPolicy, IAM's API reference; but
for changing passwords, which Terraform's provider allows."""
_BLOCK: Final = {
    "block_public_acls": "BlockPublicAcls",
    "ignore_public_acls": "IgnorePublicAcls",
    "block_public_policy": "BlockPublicPolicy",
    "restrict_public_buckets": "RestrictPublicBuckets",
}
_METADATA: Final = {
    "http_tokens": "HttpTokens",
    "http_endpoint": "HttpEndpoint",
    "http_put_response_hop_limit": "HttpPutResponseHopLimit",
}
_SERVICES: Final = {
    "/ssm/documents/console/public-sharing-permission": "ssm_sharing",
    "/ssm/automation/customer-script-log-destination": "ssm_automation_log",
}
_STANDARD: Final = "aws_securityhub_standards_subscription"
Told = tuple[str, Any]


def _passwords(one: Instance) -> Told:
    made = {name: settled(value) for name, value in renamed(one.values, _PASSWORDS).items()}
    return "password_policy", _USUAL | made


def _block(one: Instance) -> Told:
    return "s3_public_access_block", {
        key: settled(one.get(name, default=False)) for name, key in _BLOCK.items()
    }


def _contact(one: Instance) -> Told | None:
    kind = one.get("alternate_contact_type")
    if kind != "SECURITY":
        return None
    return "security_contact", {"EmailAddress": one.get("email_address", one.address)}


def _encryption(one: Instance) -> Told:
    return "ebs_encryption_by_default", {
        "EbsEncryptionByDefault": settled(one.get("enabled", default=True))
    }


def _state(aspect: str, argument: str, key: str) -> Callable[[Instance], Told]:
    return lambda one: (aspect, {key: one.get(argument)})


def _service(one: Instance) -> Told | None:
    setting = one.get("setting_id")
    if not isinstance(setting, str):
        return None
    name = setting[setting.find("/ssm/") :]
    return (aspect, {"SettingId": name, "SettingValue": one.get("setting_value")}) if (
        aspect := _SERVICES.get(name)
    ) else None  # fmt: skip


def _logs(one: Instance) -> Told:
    policy = document(one.get("policy_document"), of_itself=True)
    return "log_policies", [{"policyName": one.get("policy_name"), "policyDocument": policy}]


def _scanning(one: Instance) -> Told:
    rules = one.blocks("rule")
    made = rules if isinstance(rules, Unknown) else [
        each if isinstance(each, Unknown) else _rule(each) for each in rules
    ]  # fmt: skip
    return "ecr_scanning", {"scanType": one.get("scan_type"), "rules": made}


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    filters = rule.get("repository_filter") or []
    several = [filters] if isinstance(filters, dict) else filters
    return {
        "scanFrequency": rule.get("scan_frequency"),
        "repositoryFilters": several
        if isinstance(several, Unknown)
        else [
            each if isinstance(each, Unknown) else {"filter": each.get("filter")}
            for each in several
        ],
    }


_SETTINGS: Final[Mapping[str, tuple[str, Callable[[Instance], Told | None]]]] = {
    "aws_iam_account_password_policy": (ACCOUNT, _passwords),
    "aws_s3_account_public_access_block": (ACCOUNT, _block),
    "aws_account_alternate_contact": (ACCOUNT, _contact),
    "aws_ebs_encryption_by_default": (REGION, _encryption),
    "aws_ec2_instance_metadata_defaults": (
        REGION,
        lambda one: ("metadata_defaults", renamed(one.values, _METADATA)),
    ),
    "aws_ebs_snapshot_block_public_access": (
        REGION,
        _state("snapshot_block_public_access", "state", "State"),
    ),
    "aws_ec2_image_block_public_access": (
        REGION,
        _state("image_block_public_access", "state", "ImageBlockPublicAccessState"),
    ),
    "aws_ec2_serial_console_access": (
        REGION,
        lambda one: (
            "serial_console_access",
            {"SerialConsoleAccessEnabled": settled(one.get("enabled", default=True))},
        ),
    ),
    "aws_vpc_block_public_access_options": (
        REGION,
        _state(
            "vpc_block_public_access", "internet_gateway_block_mode", "InternetGatewayBlockMode"
        ),
    ),
    "aws_ssm_service_setting": (REGION, _service),
    "aws_cloudwatch_log_resource_policy": (REGION, _logs),
    "aws_ecr_registry_scanning_configuration": (REGION, _scanning),
}
"""By type: what it is a setting of, and which aspect it makes what."""


def components(code: Resources) -> Iterator[Collected]:
    """Each setting that is written."""
    for one in code.of(*_SETTINGS):
        kind, make = _SETTINGS[one.type]
        told = make(one)
        if told is not None:
            yield of_whole(code, kind, one, {told[0]: known(told[1], one)})
    yield from _hub(code)
    yield from _analyzers(code)


def of_whole(
    code: Resources, kind: str, one: Instance, aspects: Mapping[str, Observation]
) -> Collected:
    """What a resource sets of an account or a region; whether it counts beside others is said."""
    beside = {ALONE: known(value=True, one=one)} if code.is_alone and not one.doubt else {}
    if one.get("account_id") is not None:
        beside = {}
    label = "the account" if kind == ACCOUNT else "the region"
    return component(kind, one, label, {**aspects, **beside}, tags={})


def encrypts(code: Resources) -> Any:
    """Whether all new volumes are encrypted, by a setting of the region that stands beside them."""
    several = [
        one for one in code.of("aws_ebs_encryption_by_default") if code.is_alone and not one.doubt
    ]
    return settled(several[0].get("enabled", default=True)) if len(several) == 1 else False


def either(written: Any, usual: Any) -> Any:
    """Whether one of two is so; what is not known counts where the other is not."""
    return True if usual is True else written or usual


def settled(value: Any) -> Any:
    """Truth values and numbers for those that stand in quotes, as Terraform takes them."""
    if not isinstance(value, str):
        return value
    said = {"true": True, "false": False}.get(value, value)
    return int(value) if value.isascii() and value.isdecimal() else said


def _hub(code: Resources) -> Iterator[Collected]:
    several = list(code.of(_STANDARD))
    for one in code.of("aws_securityhub_account"):
        usual = settled(one.get("enable_default_standards", default=True))
        written = [{"StandardsStatus": "READY"} for each in several if not each.doubt]
        standards = (
            known([{"StandardsStatus": "READY"}, *written], one)
            if usual is True or written
            else unsure(f"no standard is turned on beside {one.written}: it may be elsewhere")
        )
        aspects = {
            "security_hub": known({"HubArn": one.address}, one),
            "security_hub_standards": standards,
        }
        yield of_whole(code, REGION, one, aspects)


def _analyzers(code: Resources) -> Iterator[Collected]:
    """Of what is shared, and of what nobody uses: each is well, and says nothing of the other."""
    for one in code.of("aws_accessanalyzer_analyzer"):
        kind = one.get("type", "ACCOUNT")
        if not isinstance(kind, str):
            continue
        name = ident(one.get("analyzer_name", one.address))
        told = known([{"name": name, "status": "ACTIVE", "type": kind}], one)
        if kind.endswith("_UNUSED_ACCESS"):
            yield of_whole(code, ACCOUNT, one, {f"{REGION}.access_analyzers": told})
        else:
            yield of_whole(code, REGION, one, {"access_analyzers": told})
