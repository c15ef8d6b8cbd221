"""Take away what lets everybody call a function."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ringwall.core.verdicts import Outcome
from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.checks.aws.lambda_.aliases import aliases_of
from ringwall.posture.checks.aws.strangers import arn_of, judge_strangers
from ringwall.posture.fixing.making import NoPlanError
from ringwall.posture.fixing.plans import Call, Draft, Step
from ringwall.posture.fixing.terraform import named, resource, taken_out

MENDS: Final = ("aws-lambda-function-public",)
_MEMBERS: Final = {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
_CONDITIONS: Final = {
    ("ArnLike", "aws:sourcearn"): "SourceArn",
    ("StringEquals", "aws:sourceaccount"): "SourceAccount",
    ("StringEquals", "aws:principalorgid"): "PrincipalOrgID",
    ("StringEquals", "lambda:functionurlauthtype"): "FunctionUrlAuthType",
    ("StringEquals", "lambda:eventsourcetoken"): "EventSourceToken",
    ("Bool", "lambda:invokedviafunctionurl"): "InvokedViaFunctionUrl",
}
"""What AddPermission makes a condition of, by the condition: it can say no others."""
_WRITTEN: Final = {
    "StatementId": "statement_id",
    "Action": "action",
    "FunctionName": "function_name",
    "Qualifier": "qualifier",
    "Principal": "principal",
    "SourceArn": "source_arn",
    "SourceAccount": "source_account",
    "PrincipalOrgID": "principal_org_id",
    "FunctionUrlAuthType": "function_url_auth_type",
    "EventSourceToken": "event_source_token",
    "InvokedViaFunctionUrl": "invoked_via_function_url",
}


def plan(it: Subject, world: World) -> Draft:
    """Statement by statement, of the function and of its aliases; the others stay."""
    asked = list(_open(it, world, it.read("policy"), arn_of(it, "lambda:function:{label}"), ""))
    for alias in aliases_of(it, world):
        qualifier = alias.name.rpartition(":")[2]
        asked += _open(it, world, alias.read("policy"), alias.name, qualifier)
    if not asked:
        msg = (
            f"there is no plan for {it.label}: it is no single statement that lets everybody in,"
            " see to it by hand"
        )
        raise NoPlanError(msg)
    return Draft(
        changes=tuple(
            f"who may {one['Action']}{_by(one)}: {one['Principal']} → nobody by the statement"
            f" {one['StatementId']}"
            for one in asked
        ),
        steps=tuple(map(_step, asked)),
        warning="whoever calls it by this and is named nowhere else no longer can, also by its"
        " address",
        terraform=taken_out(
            f"what lets everybody call {it.label}, whatever it is called there",
            [
                resource(
                    "aws_lambda_permission",
                    named(one["StatementId"]),
                    {_WRITTEN[name]: value for name, value in one.items()},
                )
                for one in asked
            ],
            between="",
        ),
    )


def _open(
    it: Subject, world: World, policy: Any, arn: str, qualifier: str
) -> Iterator[dict[str, Any]]:
    """What puts each statement back that lets strangers in by itself."""
    if not policy:
        return
    told = json.loads(policy) if isinstance(policy, str) else dict(policy)
    several = told["Statement"] if isinstance(told["Statement"], list) else [told["Statement"]]
    denied = [one for one in several if one.get("Effect") != "Allow"]
    for one in several:
        if one in denied:
            continue
        with world.aside():  # the plan stands on the policy alone
            judged = judge_strangers(it, told | {"Statement": [one, *denied]}, arn)
        if judged.outcome is Outcome.FAIL:
            beside = {"Qualifier": qualifier} if qualifier else {}
            yield {"FunctionName": it.label, **beside, **_put_back(one, it.label, arn)}


def _put_back(statement: Mapping[str, Any], label: str, arn: str) -> dict[str, Any]:
    """The arguments of AddPermission that make just this statement; else there is no plan."""
    name, action = statement.get("Sid"), statement.get("Action")
    who = _principal(statement.get("Principal"))
    found = {"StatementId": name, "Action": action, "Principal": who}
    is_whole = (
        not set(statement) - _MEMBERS
        and all(isinstance(one, str) and one for one in found.values())
        and statement.get("Resource") == arn
    )
    for operator, tested in statement.get("Condition", {}).items():
        for key, value in tested.items():
            argument = _CONDITIONS.get((operator, key.lower()))
            is_whole = is_whole and argument is not None and isinstance(value, str)
            if argument == "InvokedViaFunctionUrl":
                is_whole = is_whole and value == "true"
                value = True  # noqa: PLW2901 - it is asked for as one
            found[str(argument)] = value
    if not is_whole:
        msg = (
            f"there is no plan for {label}: its statement {name or 'without a name'} lets everybody"
            " in, and could not be put back as it is: take it away by hand"
        )
        raise NoPlanError(msg)
    return found


def _principal(told: Any) -> str | None:
    if isinstance(told, Mapping) and len(told) == 1:
        ((kind, who),) = told.items()
        return who if kind in {"AWS", "Service"} and isinstance(who, str) and who != "*" else None
    return "*" if told == "*" else None


def _step(asked: Mapping[str, Any]) -> Step:
    of = {
        name: asked[name] for name in ("FunctionName", "Qualifier", "StatementId") if name in asked
    }
    do = Call(
        call="lambda:RemovePermission",
        arguments=of,
        words=f"take the statement {asked['StatementId']} away",
    )
    undo = Call(call="lambda:AddPermission", arguments=dict(asked), words="put it back as it was")
    return Step(do=do, undo=(undo,))


def _by(asked: Mapping[str, Any]) -> str:
    return f" by {asked['Qualifier']}" if "Qualifier" in asked else ""
