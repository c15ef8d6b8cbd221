"""Load balancers, of both generations, with what they listen to."""

from collections.abc import Iterator
from typing import Any, Final

from ringwall.core.observations import Collected, Observation
from ringwall.posture.code.aws.declaring import (
    absent,
    component,
    first,
    ident,
    idents,
    known,
    part,
    truth,
    unsure,
)
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.snapshot.partial import Unknown

KINDS: Final = ("aws-elbv2-load-balancer", "aws-elb-load-balancer")
_ATTRIBUTES: Final = {
    "enable_deletion_protection": ("deletion_protection.enabled", False),
    "drop_invalid_header_fields": ("routing.http.drop_invalid_header_fields.enabled", False),
    "desync_mitigation_mode": ("routing.http.desync_mitigation_mode", "defensive"),
    "enable_cross_zone_load_balancing": ("load_balancing.cross_zone.enabled", False),
}
_ACTIONS: Final = {
    "protocol": "Protocol",
    "port": "Port",
    "status_code": "StatusCode",
    "host": "Host",
}
_TLS: Final = frozenset({"HTTPS", "TLS"})
OLD_POLICY: Final = "ELBSecurityPolicy-2016-08"
"""What a listener has that names no policy, unless it is made in the console."""


def components(code: Resources) -> Iterator[Collected]:
    """Balancers of networks and applications, and classic ones."""
    for one in code.of("aws_lb", "aws_alb"):
        yield _balancer(code, one)
    for one in code.of("aws_elb"):
        yield _classic(one)


def _balancer(code: Resources, one: Instance) -> Collected:
    inside = one.get("internal", default=False)
    listed: dict[str, Any] = {
        "LoadBalancerName": one.get("name", one.address),
        "LoadBalancerArn": one.address,
        "Type": one.get("load_balancer_type", "application"),
        "Scheme": inside
        if isinstance(inside, Unknown)
        else "internal"
        if inside
        else "internet-facing",
        "SecurityGroups": idents(one.get("security_groups")),
        "AvailabilityZones": _zones(one),
    }
    attributes = {
        name: truth(one.get(argument, default=fallback))
        for argument, (name, fallback) in _ATTRIBUTES.items()
    }
    logs = one.block("access_logs")
    attributes["access_logs.s3.enabled"] = truth(part(logs, "enabled", fallback=False))
    listeners = _listeners(code, one)
    aspects = {
        "listed": known(listed, one),
        "attributes": known(attributes, one),
        "listeners": known(listeners, one) if listeners else absent(one),
        "web_acl": _guarded(code, one),
    }
    return component("aws-elbv2-load-balancer", one, one.get("name"), aspects)


def _zones(one: Instance) -> Any:
    """One zone for each subnet: a balancer has no two in the same."""
    subnets = one.get("subnets")
    if isinstance(subnets, Unknown):
        return subnets
    mapped = one.blocks("subnet_mapping")
    if isinstance(mapped, Unknown):
        return mapped
    several = [*idents(subnets), *(ident(part(block, "subnet_id")) for block in mapped)]
    return [each if isinstance(each, Unknown) else {"ZoneName": str(each)} for each in several]


def _listeners(code: Resources, one: Instance) -> list[Any]:
    found: list[Any] = []
    for type_ in ("aws_lb_listener", "aws_alb_listener"):
        found += [_listener(each) for each in code.pointing(type_, "load_balancer_arn", one)]
        found += [
            Unknown(f"{each.written} is a listener of an unknown balancer")
            for each in code.unplaced(type_, "load_balancer_arn")
        ]
    return found


def _listener(one: Instance) -> dict[str, Any]:
    protocol = one.get("protocol", "HTTP")
    blocks = one.blocks("default_action")
    actions = blocks if isinstance(blocks, Unknown) else [_action(each) for each in blocks]
    made = {"Protocol": protocol, "Port": one.get("port"), "DefaultActions": actions}
    if isinstance(protocol, str) and protocol in _TLS:
        made["SslPolicy"] = one.get("ssl_policy", OLD_POLICY)
    return made


def _action(block: Any) -> Any:
    if isinstance(block, Unknown):
        return block
    made = {"Type": block.get("type")}
    redirect = first(part(block, "redirect", []))
    if redirect is not None:
        made["RedirectConfig"] = (
            redirect
            if isinstance(redirect, Unknown)
            else {new: redirect.get(old) for old, new in _ACTIONS.items()}
        )
    return made


def _guarded(code: Resources, one: Instance) -> Observation:
    for type_ in ("aws_wafv2_web_acl_association", "aws_wafregional_web_acl_association"):
        found = code.pointing(type_, "resource_arn", one)
        if found and found[0].doubt:
            return unsure(found[0].doubt)
        if found:
            return known({"ARN": ident(found[0].get("web_acl_arn", found[0].address))}, found[0])
        unplaced = code.unplaced(type_, "resource_arn")
        if unplaced:
            return unsure(f"{unplaced[0].written} guards something that is not known")
    return absent(one)


def _classic(one: Instance) -> Collected:
    inside = one.get("internal", default=False)
    blocks = one.blocks("listener")
    listeners = blocks if isinstance(blocks, Unknown) else [_plain(each) for each in blocks]
    listed = {
        "LoadBalancerName": one.get("name", one.address),
        "Scheme": inside
        if isinstance(inside, Unknown)
        else "internal"
        if inside
        else "internet-facing",
        "ListenerDescriptions": listeners,
        "SecurityGroups": idents(one.get("security_groups")),
    }
    logs = one.block("access_logs")
    attributes = {
        # a block that is there is on, unless it says otherwise
        "AccessLog": {"Enabled": part(logs, "enabled", fallback=logs is not None)},
        "ConnectionDraining": {"Enabled": one.get("connection_draining", default=False)},
        "CrossZoneLoadBalancing": {"Enabled": one.get("cross_zone_load_balancing", default=True)},
    }
    aspects = {
        "listed": known(listed, one),
        "attributes": known(attributes, one),
        "policies": unsure("which protocols its policies have on is not read from code"),
    }
    return component("aws-elb-load-balancer", one, one.get("name"), aspects)


def _plain(block: Any) -> Any:
    if isinstance(block, Unknown):
        return block
    protocol = block.get("lb_protocol")
    listener = {
        "Protocol": protocol.upper() if isinstance(protocol, str) else protocol,
        "LoadBalancerPort": block.get("lb_port"),
        "InstancePort": block.get("instance_port"),
    }
    return {"Listener": listener, "PolicyNames": ["the one of AWS's"]}
