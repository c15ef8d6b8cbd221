"""API Gateway: REST APIs, the later HTTP and WebSocket ones with their stages, and domains."""

from collections.abc import Iterator
from typing import Any, Final

from ringwall.core.observations import Collected, Observation
from ringwall.posture.code.aws.declaring import (
    component,
    known,
    part,
    renamed,
)
from ringwall.posture.code.aws.openapi import operations, policy_in
from ringwall.posture.code.aws.policies import document
from ringwall.posture.code.aws.stages import text_of
from ringwall.posture.code.aws.variables import variables_of
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.code.terraform.values import Reference
from ringwall.posture.snapshot.partial import Unknown

REST: Final = "aws-apigateway-rest-api"
API: Final = "aws-apigateway-api"
STAGE: Final = "aws-apigateway-stage"
DOMAIN: Final = "aws-apigateway-domain"
KINDS: Final = (REST, API, STAGE, DOMAIN)
_CORS: Final = {
    "allow_origins": "AllowOrigins",
    "allow_headers": "AllowHeaders",
    "allow_credentials": "AllowCredentials",
}
_NO_MORE: Final = frozenset(
    {
        "aws_api_gateway_account",
        "aws_api_gateway_authorizer",
        "aws_api_gateway_integration",
        "aws_api_gateway_integration_response",
        "aws_api_gateway_method_response",
        "aws_apigatewayv2_authorizer",
        "aws_apigatewayv2_deployment",
        "aws_apigatewayv2_integration",
        "aws_api_gateway_base_path_mapping",
        "aws_apigatewayv2_api_mapping",
    }
)
"""Types that say nothing of what is asked: a method names who asks at it."""
_NONE: Final = Unknown("nothing that it answers is declared here")
_SAID: Final = "which versions of TLS a domain speaks where nobody says it depends on its kind"


def components(code: Resources) -> Iterator[Collected]:
    """APIs of both generations, what they are reached by, and their domains."""
    code.asked |= _NO_MORE
    for one in code.of("aws_api_gateway_rest_api"):
        yield _rest(code, one)
    for one in code.of("aws_apigatewayv2_api"):
        yield _api(code, one)
        if one.get("target") is not None:
            yield component(
                STAGE, one, "$default", {"listed": known({"StageName": "$default"}, one)}
            )
    for one in code.of("aws_apigatewayv2_stage"):
        target = part(one.block("access_log_settings"), "destination_arn")
        listed: dict[str, Any] = {
            "StageName": one.get("name", one.address),
            "StageVariables": variables_of(code, one.get("stage_variables", {})),
        }
        if target is not None:
            listed["AccessLogSettings"] = {"DestinationArn": text_of(target)}
        yield component(STAGE, one, one.get("name"), {"listed": known(listed, one)})
    for one in code.of("aws_api_gateway_domain_name", "aws_apigatewayv2_domain_name"):
        where = one if one.type == "aws_api_gateway_domain_name" else None
        policy = (
            where.get("security_policy")
            if where is not None
            else part(one.block("domain_name_configuration"), "security_policy")
        )
        listed = {"domainName": one.get("domain_name"), "securityPolicy": policy or Unknown(_SAID)}
        yield component(DOMAIN, one, one.get("domain_name"), {"listed": known(listed, one)})


def _rest(code: Resources, one: Instance) -> Collected:
    endpoint = one.block("endpoint_configuration")
    listed: dict[str, Any] = {
        "id": one.address,
        "name": one.get("name", one.address),
        "endpointConfiguration": {"types": part(endpoint, "types", ["EDGE"])},
        "disableExecuteApiEndpoint": one.get("disable_execute_api_endpoint", default=False),
    }
    beside = code.pointing("aws_api_gateway_rest_api_policy", "rest_api_id", one)
    policy = (beside[0] if beside else one).get("policy")
    if policy is None and one.get("body") is not None:
        policy = policy_in(one.get("body"))
    if policy is not None and policy != "":
        listed["policy"] = document(policy, code, of_itself=True)
    aspects = {"listed": known(listed, one), "resources": _resources(code, one)}
    return component(REST, one, one.get("name"), aspects)


def _resources(code: Resources, one: Instance) -> Observation:
    """Each method, by what is written beside the API and in its definition."""
    found = []
    if one.get("body") is not None:
        written = operations(one.get("body"))
        if isinstance(written, Unknown):
            found.append(_method("/", "ANY", {"authorizationType": written}))
        else:
            found += [_method(*each) for each in written]
    elif one.get("body_s3_location") is not None:
        why = Unknown("its definition lies in a bucket, and is not read")
        found.append(_method("/", "ANY", {"authorizationType": why}))
    for each in code.pointing("aws_api_gateway_method", "rest_api_id", one):
        kind = each.get("authorization", "NONE")
        name = each.get("http_method")
        if not isinstance(name, str):
            kind = kind if isinstance(kind, str) and kind != "NONE" else _which(each)
        told = {
            "authorizationType": kind,
            "apiKeyRequired": each.get("api_key_required", default=False),
        }
        said = each.get("path")  # of SAM, which has no resources
        path = said if isinstance(said, str) else _path(code, each.get("resource_id"), one)
        found.append(_method(path, name if isinstance(name, str) else each.written, told))
    return known(found or [_method("/", "ANY", {"authorizationType": _NONE})], one)


def _which(one: Instance) -> Unknown:
    return Unknown(f"which method {one.written} is, is not known")


def _method(path: str, name: str, told: Any) -> dict[str, Any]:
    return {"path": path, "resourceMethods": {name: told}}


def _path(code: Resources, resource: Any, api: Instance) -> str:
    parts: list[str] = []
    while (one := code.pointed(resource, "aws_api_gateway_resource")) and len(parts) < 20:
        said = one.get("path_part")
        parts.insert(0, said if isinstance(said, str) else one.written)
        resource = one.get("parent_id")
    is_root = isinstance(resource, Reference) and resource.address == api.address
    begins = "" if is_root or parts else "(...)"
    return f"{begins}/{'/'.join(parts)}"


def _api(code: Resources, one: Instance) -> Collected:
    listed: dict[str, Any] = {
        "ApiId": one.address,
        "Name": one.get("name", one.address),
        "ProtocolType": one.get("protocol_type", "HTTP"),
        "DisableExecuteApiEndpoint": one.get("disable_execute_api_endpoint", default=False),
    }
    cors = one.block("cors_configuration")
    if cors is not None:
        listed["CorsConfiguration"] = cors if isinstance(cors, Unknown) else renamed(cors, _CORS)
    elif one.get("body") is not None:
        listed["CorsConfiguration"] = Unknown("whom it answers stands in its definition")
    aspects = {"listed": known(listed, one), "routes": known(_routes(code, one), one)}
    return component(API, one, one.get("name"), aspects)


def _routes(code: Resources, one: Instance) -> list[Any]:
    found: list[Any] = []
    if one.get("target") is not None:
        # made together with its API, it asks nobody
        found.append({"RouteKey": one.get("route_key", "$default"), "AuthorizationType": "NONE"})
    if one.get("body") is not None or one.get("body_s3_location") is not None:
        found += _defined(one.get("body", Unknown("its definition lies in a bucket")))
    for each in code.pointing("aws_apigatewayv2_route", "api_id", one):
        found.append(
            {
                "RouteKey": each.get("route_key", each.written),
                "AuthorizationType": each.get("authorization_type", "NONE"),
                "ApiKeyRequired": each.get("api_key_required", default=False),
            }
        )
    return found or [{"RouteKey": "$default", "AuthorizationType": _NONE}]


def _defined(body: Any) -> list[Any]:
    written = operations(body)
    if isinstance(written, Unknown):
        return [{"RouteKey": "$default", "AuthorizationType": written}]
    return [
        {
            "RouteKey": path if path == "$default" else f"{name} {path}",
            "AuthorizationType": told.get("authorizationType", "NONE"),
            "ApiKeyRequired": told.get("apiKeyRequired", False),
        }
        for path, name, told in written
    ]
