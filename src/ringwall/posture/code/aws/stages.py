"""Stages that REST APIs are reached by: what is logged, cached, and stands before them."""

from collections.abc import Iterator
from typing import Any, Final

from ringwall.core.observations import Collected
from ringwall.posture.code.aws.declaring import component, ident, known, part, renamed
from ringwall.posture.code.aws.variables import variables_of
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.code.terraform.values import PartialText, Reference
from ringwall.posture.snapshot.partial import Unknown

REST_STAGE: Final = "aws-apigateway-rest-stage"
KINDS: Final = (REST_STAGE,)
_SETTINGS: Final = {
    "logging_level": "loggingLevel",
    "caching_enabled": "cachingEnabled",
    "cache_data_encrypted": "cacheDataEncrypted",
    "metrics_enabled": "metricsEnabled",
    "data_trace_enabled": "dataTraceEnabled",
}


def components(code: Resources) -> Iterator[Collected]:
    """Stages of their own, and those that deployments make."""
    for one in code.of("aws_api_gateway_stage"):
        yield _rest_stage(code, one)
    for one in code.of("aws_api_gateway_deployment"):
        if one.get("stage_name") is not None and not _is_staged(code, one):
            yield _rest_stage(code, one)


def text_of(value: Any) -> Any:
    """What a log is named by: of a name that is not known whole, that it is one."""
    if isinstance(value, PartialText):
        return "".join(one if isinstance(one, str) else "(...)" for one in value.parts)
    return ident(value)


def _api_of(code: Resources, one: Instance) -> Instance | None:
    return code.pointed(one.get("rest_api_id"), "aws_api_gateway_rest_api")


def _is_staged(code: Resources, deployment: Instance) -> bool:
    """Whether the stage that a deployment makes is another resource, too."""
    api, name = _api_of(code, deployment), deployment.get("stage_name")
    return any(
        _api_of(code, one) is api and one.get("stage_name") == name
        for one in code.of("aws_api_gateway_stage")
    )


def _rest_stage(code: Resources, one: Instance) -> Collected:
    name, api = one.get("stage_name"), _api_of(code, one)
    listed: dict[str, Any] = {
        "stageName": name or one.address,
        "cacheClusterEnabled": one.get("cache_cluster_enabled", default=False),
        "tracingEnabled": one.get("xray_tracing_enabled", default=False),
        "methodSettings": _settings(code, one, api),
        "variables": variables_of(code, one.get("variables", {})),
    }
    target = part(one.block("access_log_settings"), "destination_arn")
    if target is not None:
        listed["accessLogSettings"] = {"destinationArn": text_of(target)}
    guard = _guard(code, one, api)
    if guard is not None:
        listed["webAclArn"] = guard
    shown = api.get("name", api.written) if api is not None else ""
    called = f"{shown}/{name}" if isinstance(shown, str) and isinstance(name, str) else None
    return component(REST_STAGE, one, called, {"listed": known(listed, one)})


def _settings(code: Resources, stage: Instance, api: Instance | None) -> Any:
    made: dict[str, Any] = {}
    blocks = stage.blocks("method_settings")
    for each in [blocks] if isinstance(blocks, Unknown) else blocks:
        if isinstance(each, Unknown):
            return each
    several = [(one.get("method_path"), one) for one in blocks]
    for one in code.of("aws_api_gateway_method_settings"):
        is_its = _is_of(code, one, stage, api)
        if isinstance(is_its, Unknown):
            return is_its
        if is_its:
            several.append((one.get("method_path"), one.block("settings")))
    for path, told in several:
        if not isinstance(path, str):
            return path if isinstance(path, Unknown) else Unknown("of which methods is not known")
        made[path] = told if isinstance(told, Unknown) else renamed(told or {}, _SETTINGS)
    return made


def _is_of(code: Resources, one: Instance, stage: Instance, api: Instance | None) -> Any:
    """Whether settings of methods are of this stage; why not, where that is not known."""
    other, name, wanted = one.get("rest_api_id"), one.get("stage_name"), stage.get("stage_name")
    same = code.pointed(other, "aws_api_gateway_rest_api")
    if same is not None and api is not None and same is not api:
        return False
    is_same = same is not None or other == stage.get("rest_api_id")
    if isinstance(name, Reference):
        return name.address == stage.address
    if isinstance(name, str) and isinstance(wanted, str) and name != wanted:
        return False
    if one.doubt:
        return Unknown(one.doubt)
    if not is_same or not isinstance(name, str) or not isinstance(wanted, str):
        return Unknown(f"of which stage {one.written} is, is not known")
    return True


def _guard(code: Resources, one: Instance, api: Instance | None) -> Any:
    """The web ACL before a stage; ``None`` where no resource puts one there."""
    ends = f"/stages/{one.get('stage_name')}"
    for type_ in ("aws_wafv2_web_acl_association", "aws_wafregional_web_acl_association"):
        for each in code.pointing(type_, "resource_arn", one):
            return Unknown(each.doubt) if each.doubt else each.address
        for each in code.of(type_):
            told = each.get("resource_arn")
            if not isinstance(told, PartialText) or api is None:
                continue
            named = {part.address for part in told.parts if isinstance(part, Reference)}
            if api.address not in named:
                continue
            last = _end(told)
            if isinstance(last, str) and not last.endswith(ends):
                continue
            is_its = isinstance(last, str) or getattr(last, "address", "") == api.address
            if each.doubt or not is_its:
                return Unknown(each.doubt or f"which stage {each.written} guards is not known")
            return each.address
    return None


def _end(text: PartialText) -> str | Unknown:
    """What a text ends with: SAM has stages that are asked of their API."""
    return [one for one in text.parts if one != ""][-1]
