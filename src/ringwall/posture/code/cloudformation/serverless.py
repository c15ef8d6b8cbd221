"""What SAM makes of its own resources: functions, APIs and tables in CloudFormation's words.

By docs.aws.amazon.com/serverless-application-model (generated CloudFormation resources). It is done
before anything is evaluated, as AWS does it; what SAM writes by itself and is not made here becomes
a function that has no value, and with that unknown.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from ringwall.posture.code.cloudformation.serverless_apis import implied, make_api, make_asked
from ringwall.posture.code.cloudformation.serverless_parts import (
    Expanded,
    Node,
    Own,
    events,
    is_function,
    left,
    mapping,
    merged,
    tags_of,
)
from ringwall.posture.code.cloudformation.serverless_policies import written
from ringwall.posture.code.documents import Document

SERVERLESS: Final = "AWS::Serverless-2016-10-31"
_PREFIX: Final = "AWS::Serverless::"
_SAME: Final = (
    "FunctionName",
    "Runtime",
    "Role",
    "Environment",
    "VpcConfig",
    "KmsKeyArn",
    "ReservedConcurrentExecutions",
    "PackageType",
    "Layers",
    "CodeSigningConfigArn",
)
_BASIC: Final = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
_TRUST: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": ["lambda.amazonaws.com"]},
            "Action": ["sts:AssumeRole"],
        }
    ],
}


def transformed(document: Document) -> Document:
    """A template as SAM leaves it, where SAM is asked for: each resource by the line it stems from.

    Other transforms stay there.
    """
    asked = document.value.get("Transform")
    several = asked if isinstance(asked, list) else [asked]
    if SERVERLESS not in several:
        return document
    made = expanded(document.value)
    value = document.value | {"Resources": made.resources}
    others = [one for one in several if one != SERVERLESS]
    value["Transform"] = others or None
    lines = document.lines | {
        ("Resources", name): document.lines.get(("Resources", origin), document.line)
        for name, origin in made.origins.items()
    }
    return replace(document, value=value, lines=lines)


def expanded(template: Mapping[str, Any]) -> Expanded:
    """The resources of a template after SAM, those that are not understood as they are."""
    made = Expanded()
    usual = mapping(template.get("Globals"))
    own: list[Own] = []
    for name, told in template["Resources"].items():
        kind = told.get("Type") if isinstance(told, dict) else None
        word = str(kind).removeprefix(_PREFIX)
        if word not in _KINDS or kind == word or "Fn::Transform" in told:
            made.resources[name] = told
            continue
        said = merged(mapping(usual.get(word)), mapping(told.get("Properties")))
        own.append(Own(name, word, told, said))
    functions = [one for one in own if one.kind == "Function"]
    apis = {one.name: one for one in own if one.kind in {"Api", "HttpApi"}}
    apis = {one.name: one for one in implied(functions, usual)} | apis
    for one in own:
        if one.kind in _AS_IS:
            made.add(one.name, one, _AS_IS[one.kind], one.said | tags_of(one.said))
    for one in functions:
        _function(made, one)
    for one in apis.values():
        make_api(made, one)
    for one in functions:
        for event, kind, said in events(one):
            if kind in {"Api", "HttpApi"}:
                make_asked(made, apis, one, f"{one.name}{event}", (kind, said))
    return made


_AS_IS: Final = {
    "SimpleTable": "AWS::DynamoDB::Table",
    "LayerVersion": "AWS::Lambda::LayerVersion",
}
_KINDS: Final = frozenset({"Function", "Api", "HttpApi", *_AS_IS})
_OPEN: Final = {
    "Action": "lambda:InvokeFunctionUrl",
    "FunctionUrlAuthType": "NONE",
}


def _function(made: Expanded, one: Own) -> None:
    said, name = one.said, one.name
    written = {key: said[key] for key in _SAME if key in said} | tags_of(said)
    if "Tracing" in said:
        written["TracingConfig"] = {"Mode": said["Tracing"]}
    if "DeadLetterQueue" in said:
        target = mapping(said["DeadLetterQueue"]).get("TargetArn", left("its queue is not read"))
        written["DeadLetterConfig"] = {"TargetArn": target}
    if "Role" not in said:
        written["Role"] = {"Fn::GetAtt": [f"{name}Role", "Arn"]}
        made.add(f"{name}Role", one, "AWS::IAM::Role", _role(said))
    made.add(name, one, "AWS::Lambda::Function", written)
    url = said.get("FunctionUrlConfig")
    if is_function(url):
        url = {"AuthType": left("its address depends on a condition"), "Cors": url}
    if isinstance(url, dict):
        made.add(f"{name}Url", one, "AWS::Lambda::Url", {"TargetFunctionArn": {"Ref": name}, **url})
        asks = url.get("AuthType")
        if asks != "AWS_IAM":
            who = "*" if asks == "NONE" else left("whom its address asks is not known")
            opened = {"FunctionName": {"Ref": name}, **_OPEN, "Principal": who}
            made.add(f"{name}UrlPublicPermissions", one, "AWS::Lambda::Permission", opened)


def _role(said: Node) -> Node:
    """The role of a function that names none: what SAM gives each, and its policies."""
    named: list[Any] = [_BASIC]
    inline: list[Node] = []
    if said.get("VpcConfig") is not None:
        named.append(_BASIC.replace("Basic", "VPCAccess"))
    policies = said.get("Policies", [])
    if is_function(policies):
        policies = [{"that depend on a condition": None}]
    for at, one in enumerate(policies if isinstance(policies, list) else [policies]):
        if isinstance(one, str):
            is_arn = one.startswith("arn:")
            named.append(one if is_arn else f"arn:aws:iam::aws:policy/{one}")
        elif isinstance(one, dict) and "Statement" in one:
            inline.append({"PolicyName": f"Policy{at}", "PolicyDocument": one})
        elif is_function(one):
            named.append(one)
        else:
            what = next(iter(one), "nothing") if isinstance(one, dict) else "something else"
            told = written(what, one[what]) if isinstance(one, dict) and len(one) == 1 else None
            why = f"the template of policies {what} is not read"
            inline.append({"PolicyName": str(what), "PolicyDocument": told or left(why)})
    made: Node = {
        "AssumeRolePolicyDocument": said.get("AssumeRolePolicyDocument", _TRUST),
        "ManagedPolicyArns": named,
        "Policies": inline,
    }
    if "PermissionsBoundary" in said:
        made["PermissionsBoundary"] = said["PermissionsBoundary"]
    return made
