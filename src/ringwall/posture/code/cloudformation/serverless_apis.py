"""What SAM makes of its APIs, and of the events of functions that are calls of one."""

from collections.abc import Iterator
from typing import Any, Final

from ringwall.posture.code.cloudformation.serverless_parts import (
    Expanded,
    Node,
    Own,
    events,
    is_function,
    left,
    mapping,
    tags_of,
)

_REST: Final = "ServerlessRestApi"
_HTTP: Final = "ServerlessHttpApi"
_STAGE: Final = (
    "AccessLogSetting",
    "AccessLogSettings",
    "CacheClusterEnabled",
    "MethodSettings",
    "TracingEnabled",
)


def _named(said: Node, kind: str) -> Any:
    """The API that an event names; the one that SAM makes where it names none."""
    named = said.get("RestApiId" if kind == "Api" else "ApiId")
    if named is None:
        return _REST if kind == "Api" else _HTTP
    return named.get("Ref", named) if isinstance(named, dict) else named


def implied(functions: list[Own], usual: Node) -> Iterator[Own]:
    """The APIs that SAM makes for events which name none."""
    for one in functions:
        for _, kind, said in events(one):
            if kind in {"Api", "HttpApi"} and _named(said, kind) in (_REST, _HTTP):
                stage = {"StageName": "Prod"} if kind == "Api" else {}
                name = _REST if kind == "Api" else _HTTP
                yield Own(name, kind, {}, {**stage, **mapping(usual.get(kind))}, one.name)


def make_api(made: Expanded, one: Own) -> None:
    """An API of either generation, and the stage that it is reached by."""
    said, name = one.said, one.name
    auth = mapping(said.get("Auth"))
    body = said.get("DefinitionBody")
    if body is not None and ("DefaultAuthorizer" in auth or auth.get("ApiKeyRequired")):
        body = left("who is asked at each method is written into the definition")
    properties: Node = {"Name": said.get("Name", name), **tags_of(said)}
    if body is not None:
        properties["Body"] = body
    if "DefinitionUri" in said:
        properties["BodyS3Location"] = said["DefinitionUri"]
    if "DisableExecuteApiEndpoint" in said:
        properties["DisableExecuteApiEndpoint"] = said["DisableExecuteApiEndpoint"]
    rest = one.kind == "Api"
    if rest:
        made.add(name, one, "AWS::ApiGateway::RestApi", properties | _rest(said, auth))
    else:
        cors = said.get("CorsConfiguration")
        if cors:
            properties["CorsConfiguration"] = {"AllowOrigins": ["*"]} if cors is True else cors
        made.add(name, one, "AWS::ApiGatewayV2::Api", properties | {"ProtocolType": "HTTP"})
    stage: Node = {"RestApiId" if rest else "ApiId": {"Ref": name}}
    stage["StageName"] = said.get("StageName", "$default")
    stage |= {key: said[key] for key in _STAGE if key in said}
    called = stage["StageName"] if isinstance(stage["StageName"], str) else ""
    word = "ApiGatewayDefault" if called == "$default" else called
    kind = "AWS::ApiGateway::Stage" if rest else "AWS::ApiGatewayV2::Stage"
    made.add(f"{name}{word}Stage", one, kind, stage)


def _rest(said: Node, auth: Node) -> Node:
    made: Node = {}
    endpoint = said.get("EndpointConfiguration")
    if isinstance(endpoint, dict) and "Type" in endpoint:
        made["EndpointConfiguration"] = {"Types": [endpoint["Type"]]}
    elif endpoint is not None:
        made["EndpointConfiguration"] = (
            {"Types": [endpoint]} if isinstance(endpoint, str) else endpoint
        )
    policy = auth.get("ResourcePolicy")
    if isinstance(policy, dict):
        own = policy.get("CustomStatements")
        made["Policy"] = (
            {"Version": "2012-10-17", "Statement": own}
            if own is not None and len(policy) == 1
            else left("the policy of the API is made of lists")
        )
    return made


def make_asked(
    made: Expanded, apis: dict[str, Own], of: Own, name: str, event: tuple[str, Node]
) -> None:
    """A method or a route for an event, and who asks there; none where a definition says all."""
    kind, said = event
    named = _named(said, kind)
    api = apis.get(named) if isinstance(named, str) else None
    if api is not None and not {"DefinitionBody", "DefinitionUri"}.isdisjoint(api.said):
        return
    usual, own = mapping(api.said.get("Auth")) if api else {}, mapping(said.get("Auth"))
    unknown = left("who is asked at an API that is none of this template is not known")
    who = own.get("Authorizer", usual.get("DefaultAuthorizer", "NONE") if api else unknown)
    key = own.get("ApiKeyRequired", usual.get("ApiKeyRequired", False))
    if is_function(said.get("Auth")) or (api and is_function(api.said.get("Auth"))):
        who = key = left("who is asked depends on a condition")
    if isinstance(who, str) and who not in {"NONE", "AWS_IAM"}:
        who = "CUSTOM"
    refers = {"Ref": named} if isinstance(named, str) else named
    path, method = said.get("Path", "$default"), said.get("Method", "any")
    asked: Node = {"AuthorizationType": who}
    if kind == "Api":
        verb = method.upper() if isinstance(method, str) else method
        asked |= {"RestApiId": refers, "Path": path, "HttpMethod": verb, "ApiKeyRequired": key}
        made.add(name, of, "AWS::ApiGateway::Method", asked)
    else:
        asked |= {
            "ApiId": refers,
            "RouteKey": path if path == "$default" else _joined(method, path),
        }
        made.add(name, of, "AWS::ApiGatewayV2::Route", asked)


def _joined(method: Any, path: Any) -> Any:
    if isinstance(method, str) and isinstance(path, str):
        return f"{method.upper()} {path}"
    return {"Fn::Join": [" ", [method, path]]}
