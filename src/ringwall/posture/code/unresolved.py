"""What code gives to modules and resources that nobody can read: it may be changed by them.

A bucket that is given to a module which is not here may get a policy there, and one that a resource
of a type such as ``aws_s3_bucket_newer`` speaks of may be set by it. What AWS does by default, and
that there is none, is then no longer known of it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

from ringwall.core.observations import Collected, Observation, State
from ringwall.posture.code.aws.declaring import API, DEFAULT, unsure
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.code.terraform.values import Encoded, PartialBase64, PartialText, Reference
from ringwall.posture.snapshot.partial import Unknown

MODULE: Final = "module"
"""The type of a module that is called and cannot be read."""
_HARMLESS: Final = frozenset(
    {
        "aws_db_instance_role_association",
        "aws_iam_role_policies_exclusive",
        "aws_lambda_function_event_invoke_config",
        "aws_lambda_function_recursion_config",
        "aws_rds_cluster_role_association",
        "aws_redshift_cluster_iam_roles",
        "aws_redshift_cluster_snapshot",
        "aws_s3_bucket_accelerate_configuration",
        "aws_s3_bucket_analytics_configuration",
        "aws_s3_bucket_intelligent_tiering_configuration",
        "aws_s3_bucket_inventory",
        "aws_s3_bucket_metric",
        "aws_s3_bucket_notification",
        "aws_s3_bucket_object",
        "aws_secretsmanager_secret_version",
        "aws_s3_bucket_request_payment_configuration",
        "aws_sqs_queue_redrive_allow_policy",
    }
)
"""Types that say nothing of what any check asks."""
_GROWING: Final = {"GroupId": ("IpPermissions", "IpPermissionsEgress"), "RouteTableId": ("Routes",)}
"""By the id that a thing has, its lists to which others add something."""


def doubted(code: Resources, components: Iterable[Collected]) -> Iterator[Collected]:
    """The components, with what others that cannot be read may change of them made unknown.

    Which types are understood is known once all components are made: they come first.
    """
    several = list(components)
    why = _changed(code)
    for one in several:
        reason = why.get(one.found.name)
        yield _doubted(one, reason) if reason else one


def _changed(code: Resources) -> dict[str, str]:
    """By the name of a component, what may change it."""
    found: dict[str, str] = {}
    unread = [one for one in code.all() if _is_unread(code, one)]
    if not unread:
        return found
    addresses = {one.address: one for one in code.all()}
    buckets = {
        one.values["bucket"]: one
        for one in code.of("aws_s3_bucket")
        if isinstance(one.values.get("bucket"), str)
    }
    for one in unread:
        for key in _named(one.values):
            it = addresses.get(key[1:]) if key.startswith("@") else buckets.get(key)
            if it is not None and (one.type == MODULE or one.type.startswith(f"{it.type}_")):
                told = f"{one.written} of {one.place} is not read, and may change it"
                found.setdefault(f"{API}:{it.name}", told)
    return found


def _is_unread(code: Resources, one: Instance) -> bool:
    return one.type == MODULE or (one.type not in code.asked and one.type not in _HARMLESS)


def _named(value: Any) -> Iterator[str]:
    """Addresses, with ``@`` before them, and texts, anywhere in a value."""
    if isinstance(value, str):
        yield value.removeprefix("arn:aws:s3:::")
    elif isinstance(value, Reference):
        yield f"@{value.address}"
    elif isinstance(value, Encoded):
        yield from _named(value.value)
    elif isinstance(value, PartialBase64):
        yield from _named(value.text)
    else:
        several: Iterable[Any] = ()
        if isinstance(value, PartialText):
            several = value.parts
        elif isinstance(value, dict | list):
            several = value.values() if isinstance(value, dict) else value
        for one in several:
            yield from _named(one)


def _doubted(one: Collected, why: str) -> Collected:
    return replace(one, aspects={key: _less(told, why) for key, told in one.aspects.items()})


def _less(told: Observation, why: str) -> Observation:
    if told.state is State.ABSENT or DEFAULT in told.api:
        return unsure(why)
    value = told.value if told.state is State.KNOWN else None
    if not isinstance(value, dict):
        return told
    more = {
        key: [*value[key], Unknown(why)]
        for name, keys in _GROWING.items()
        for key in keys
        if name in value and isinstance(value.get(key), list)
    }
    return replace(told, value=value | more) if more else told
