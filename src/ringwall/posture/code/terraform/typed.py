"""Arguments as Terraform's provider has them: made what their attribute is, as Terraform does.

A number or a truth value may stand in quotes, and a text without: Terraform converts each to the
type of its attribute, and refuses what does not convert, of which nothing is known here.
"""

import re
from typing import Any, Final

from ringwall.posture.code.terraform.values import ExpressionError, number_of, text_of
from ringwall.posture.snapshot.partial import Unknown

_TRUTHS: Final = {"true": True, "1": True, "false": False, "0": False}
_ON_OR_OFF: Final = frozenset({"enabled", "disabled", "suspended", "on", "off"})
"""What arguments of the same name are elsewhere, where they are texts."""
_TRUTH: Final = re.compile(
    r"(is|enable|require|allow|block|ignore|restrict|force|skip|include)_.+|(.+_)?enabled|.+_enable"
)
"""What an argument is called that is a truth value, of those nobody wrote down."""
_NUMBERS: Final = frozenset(
    [
        "abort_incomplete_multipart_upload_days",
        "automated_snapshot_retention_period",
        "automatically_after_days",
        "backup_retention_period",
        "days",
        "days_after_initiation",
        "from_port",
        "http_put_response_hop_limit",
        "instance_count",
        "instance_port",
        "lb_port",
        "max_session_duration",
        "monitoring_interval",
        "noncurrent_days",
        "reserved_concurrent_executions",
        "retention_in_days",
        "snapshot_retention_limit",
        "to_port",
        "volume_size",
        "years",
    ]
)
_NUMBER: Final = re.compile(
    r"(max|min|maximum|minimum|desired)_.+"
    r"|(.+_)?(port|days|years|hours|minutes|seconds|period|interval|limit|size|count|duration"
    r"|timeout|ttl|capacity|iops|throughput|length|prevention|age|weight|priority|executions)"
)
"""What an argument is called that is a number; texts of that name stay that are none."""
_TEXTS: Final = frozenset(
    [
        "bucket",
        "cluster_identifier",
        "cluster_version",
        "description",
        "engine_version",
        "family",
        "identifier",
        "ip_protocol",
        "key_name",
        "kubernetes_version",
        "master_username",
        "name",
        "protocol",
        "runtime",
        "sid",
        "status_code",
        "username",
        "value",
        "version",
    ]
)
_TEXTS_WITHIN: Final = frozenset(
    [("health_check", "port"), ("redirect", "port"), ("redirect", "status_code")]
)
"""Arguments of a block that are texts there, and numbers elsewhere."""
_FREE: Final = frozenset(
    [
        "default_arguments",
        "dimensions",
        "labels",
        "metadata",
        "request_parameters",
        "tags",
        "tags_all",
        "variables",
    ]
)
"""Maps of texts, whatever they are called."""


def typed(value: Any, truths: frozenset[str], within: str = "") -> Any:
    """Arguments, and blocks below them, of the types of their attributes.

    ``truths`` are names of truth values, ``within`` is the block that these stand in.
    """
    if isinstance(value, dict):
        return {key: _argument(str(key), one, truths, within) for key, one in value.items()}
    return [typed(one, truths, within) for one in value] if isinstance(value, list) else value


def _argument(name: str, value: Any, truths: frozenset[str], within: str) -> Any:
    if isinstance(value, dict | list):
        return value if name in _FREE else typed(value, truths, name)
    if value is None or isinstance(value, Unknown):
        return value
    if (within, name) in _TEXTS_WITHIN or name in _TEXTS:
        return value if isinstance(value, str) else text_of(value)
    if name in truths:
        return _truth(name, value)
    if not isinstance(value, str):
        return value
    if name in _NUMBERS:
        return _number(name, value)
    if _TRUTH.fullmatch(name):
        return _TRUTHS.get(value, value)
    if _NUMBER.fullmatch(name):
        try:
            return number_of(value)
        except ExpressionError:
            return value
    return value


def _truth(name: str, value: Any) -> Any:
    if isinstance(value, bool) or str(value).lower() in _ON_OR_OFF:
        return value
    told = _TRUTHS.get(value.lower()) if isinstance(value, str) else None
    return Unknown(f"{name} is {value!r}, neither true nor false") if told is None else told


def _number(name: str, value: str) -> Any:
    try:
        return number_of(value)
    except ExpressionError:
        return Unknown(f"{name} is {value!r}, which is no number")
