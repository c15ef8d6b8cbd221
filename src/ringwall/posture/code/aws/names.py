"""Route 53's zones, buses of events, and providers of identity by OpenID Connect."""

from collections.abc import Iterator
from typing import Any, Final

from ringwall.core.observations import Collected, Observation
from ringwall.posture.code.aws.declaring import component, default, known, part, sure
from ringwall.posture.code.aws.policies import document
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.code.terraform.values import Reference
from ringwall.posture.snapshot.partial import Unknown

ZONE: Final = "aws-route53-zone"
BUS: Final = "aws-events-bus"
PROVIDER: Final = "aws-iam-oidc-provider"
GROUP: Final = "aws-eks-nodegroup"
KINDS: Final = (ZONE, BUS, PROVIDER, GROUP)
_WEBSITE: Final = "s3-website-us-east-1"
_GUIDE: Final = "docs.aws.amazon.com/Route53/latest/DeveloperGuide"
_UNSIGNED: Final = f"{_GUIDE}/dns-configuring-dnssec.html"
_UNLOGGED: Final = f"{_GUIDE}/query-logs.html"
_POLICY: Final = "aws_cloudwatch_event_bus_policy"
_PERMISSION: Final = "aws_cloudwatch_event_permission"
_EVENTS: Final = "docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html"


def components(code: Resources) -> Iterator[Collected]:
    """All that is declared."""
    for one in code.of("aws_route53_zone"):
        yield _zone(code, one)
    yield from _buses(code)
    for one in code.of("aws_iam_openid_connect_provider"):
        provider = {"ClientIDList": one.get("client_id_list", [])}
        yield component(PROVIDER, one, one.get("url"), {"provider": known(provider, one)})
    for one in code.of("aws_eks_node_group"):
        remote = one.block("remote_access")
        told = remote if isinstance(remote, Unknown) or remote is None else {
            "ec2SshKey": part(remote, "ec2_ssh_key"),
            "sourceSecurityGroups": part(remote, "source_security_group_ids", []),
        }  # fmt: skip
        aspects = {"described": known({"remoteAccess": told}, one)}
        yield component(GROUP, one, one.get("node_group_name"), aspects)


def _zone(code: Resources, one: Instance) -> Collected:
    networks = one.blocks("vpc")
    private = networks if isinstance(networks, Unknown) else bool(networks)
    aspects = {
        "listed": known({"Config": {"PrivateZone": private}}, one),
        "dnssec": _signed(code, one),
        "query_logging": _logged(code, one),
        "records": known(_records(code, one), one),
    }
    label = one.get("name")
    label = label.rstrip(".") if isinstance(label, str) else label
    return component(ZONE, one, label, aspects)


def _signed(code: Resources, one: Instance) -> Observation:
    found = sure(code.pointing("aws_route53_hosted_zone_dnssec", "hosted_zone_id", one))
    if isinstance(found, Unknown):
        return known(found, one)
    if not found:
        return default({"Status": {"ServeSignature": "NOT_SIGNING"}}, _UNSIGNED)
    state = found[0].get("signing_status", "SIGNING")
    return known({"Status": {"ServeSignature": state}}, found[0])


def _logged(code: Resources, one: Instance) -> Observation:
    found = sure(code.pointing("aws_route53_query_log", "zone_id", one))
    if isinstance(found, Unknown):
        return known(found, one)
    if not found:
        return default([], _UNLOGGED)
    return known([{"Id": each.address} for each in found], found[0])


def _records(code: Resources, one: Instance) -> list[Any]:
    """Those that lead to websites of buckets, for these alone are asked for.

    A bucket that is not here may be declared elsewhere.
    """
    here = {bucket.get("bucket") for bucket in code.of("aws_s3_bucket")}
    made: list[Any] = []
    for each in code.pointing("aws_route53_record", "zone_id", one):
        name = each.get("name")
        values = each.get("records", [])
        several = [
            part(each.block("alias"), "name"),
            *(values if isinstance(values, list) else [values]),
        ]
        leads = [_leads(one) for one in several]
        if True in leads and isinstance(name, str) and name.rstrip(".") in here:
            made.append({"Name": name, "AliasTarget": {"DNSName": f"{_WEBSITE}.amazonaws.com"}})
        elif True in leads or None in leads:
            made.append(Unknown(f"{each.written} may lead to a bucket that is declared elsewhere"))
    return made


def _leads(target: Any) -> bool | None:
    """Whether it is a website of a bucket; ``None`` where nobody knows."""
    if isinstance(target, Reference):
        return "aws_s3_bucket" in target.address
    if isinstance(target, Unknown):
        return None
    return "s3-website" in str(target)


def _buses(code: Resources) -> Iterator[Collected]:
    """Those that are declared, and the one that is always there, where policies speak of it."""
    for one in code.of("aws_cloudwatch_event_bus"):
        beside = [
            each
            for type_ in (_POLICY, _PERMISSION)
            for each in code.pointing(type_, "event_bus_name", one, one.get("name"))
        ]
        yield _bus(code, one, one.get("name"), [one, *beside])
    for one in code.of(_POLICY, _PERMISSION):
        if one.get("event_bus_name", "default") == "default":
            yield _bus(code, one, "default", [one])


def _bus(code: Resources, one: Instance, name: Any, beside: list[Instance]) -> Collected:
    statements: list[Any] = []
    for each in beside:
        if each.type == _PERMISSION:
            told: Any = {"Statement": [_permission(each)]}
        elif each.get("policy") is None:
            continue
        else:
            told = document(each.get("policy"), code, of_itself=True)
        several = told if isinstance(told, Unknown) else told["Statement"]
        statements += several if isinstance(several, list) else [several]
    listed: dict[str, Any] = {"Name": name or one.address}
    if not statements:
        return component(BUS, one, name, {"listed": default(listed, _EVENTS)})
    policy = {"Version": "2012-10-17", "Statement": statements}
    return component(BUS, one, name, {"listed": known(listed | {"Policy": policy}, one)})


def _permission(one: Instance) -> Any:
    """What one of CloudWatch's older permissions comes to as a statement."""
    who = one.get("principal")
    made: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": "*" if who == "*" else {"AWS": who},
        "Action": one.get("action", "events:PutEvents"),
        "Resource": "*",
    }
    condition = one.block("condition")
    if isinstance(condition, dict):
        kind, key = condition.get("type"), condition.get("key")
        if isinstance(kind, str) and isinstance(key, str):
            made["Condition"] = {kind: {key: condition.get("value")}}
        else:
            made["Condition"] = Unknown("its condition is not known")
    elif condition is not None:
        made["Condition"] = condition
    return made
