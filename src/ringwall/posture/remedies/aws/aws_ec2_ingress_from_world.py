"""Close ports of a security group that everybody reaches."""

from collections.abc import Mapping
from typing import Any, Final

from ringwall.core.observations import UnknownError
from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.opening import taken_out_of_group
from ringwall.posture.fixing.plans import Call, Draft, Step

MENDS: Final = tuple(
    f"aws-ec2-security-group-{what}"
    for what in ("ssh", "rdp", "databases", "control", "files", "directories")
)
_WORLD: Final = ("0.0.0.0/0", "::/0")


def plan(it: Subject, world: World) -> Draft:
    """Only rules for the whole world, of ports that are no web server's; the others stay."""
    told = it.read("listed")
    rules = [one for rule in told.get("IpPermissions", []) if (one := _of_world(rule))]
    if not rules:
        msg = f"what opens {it.label} is no single rule for the whole world: see to it by hand"
        raise UnknownError(msg)
    group = {"GroupId": told["GroupId"]}
    do = Call(
        call="ec2:RevokeSecurityGroupIngress",
        arguments=group | {"IpPermissions": [_undescribed(one) for one in rules]},
        words=f"close {it.label} to the world",
    )
    undo = Call(
        call="ec2:AuthorizeSecurityGroupIngress",
        arguments=group | {"IpPermissions": rules},
        words="open it again as it was",
    )
    return Draft(
        changes=tuple(f"{_ports(one)}: everybody → who other rules let in" for one in rules),
        steps=(Step(do=do, undo=(undo,)),),
        warning="whoever works through these ports from outside is cut off",
        terraform=taken_out_of_group(it.label, group["GroupId"], {"ingress": rules}),
        keys={"listed": ("IpPermissions", "GroupId")},
    )


def _of_world(rule: Mapping[str, Any]) -> dict[str, Any] | None:
    """The part of a rule that is for everybody, but at the web's own ports."""
    is_one = rule.get("FromPort") == rule.get("ToPort")
    if rule.get("IpProtocol") == "tcp" and is_one and rule.get("FromPort") in {80, 443}:
        return None
    v4 = [one for one in rule.get("IpRanges", []) if one["CidrIp"] in _WORLD]
    v6 = [one for one in rule.get("Ipv6Ranges", []) if one["CidrIpv6"] in _WORLD]
    if not v4 and not v6:
        return None
    kept = {key: rule[key] for key in ("IpProtocol", "FromPort", "ToPort") if key in rule}
    return kept | ({"IpRanges": v4} if v4 else {}) | ({"Ipv6Ranges": v6} if v6 else {})


def _undescribed(rule: Mapping[str, Any]) -> dict[str, Any]:
    """As it is closed by: its description is for whoever opens it again."""
    return {
        key: [{name: text for name, text in one.items() if name != "Description"} for one in value]
        if isinstance(value, list)
        else value
        for key, value in rule.items()
    }


def _ports(rule: Mapping[str, Any]) -> str:
    if "FromPort" not in rule:
        return "all ports"
    first, last = rule["FromPort"], rule["ToPort"]
    return f"port {first}" if first == last else f"ports {first} to {last}"
