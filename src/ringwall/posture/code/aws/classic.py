"""Classic load balancers, with the policies that say which protocols their listeners speak."""

from collections.abc import Iterator
from typing import Any, Final

from ringwall.core.observations import Collected, Observation
from ringwall.posture.code.aws.declaring import component, ident, idents, known, part, truth, unsure
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.snapshot.partial import Unknown

CLASSIC: Final = "aws-elb-load-balancer"
KINDS: Final = (CLASSIC,)
_SSL: Final = "SSLNegotiationPolicyType"
_USUAL: Final = "ELBSecurityPolicy-2016-08"
"""What a listener has that names no policy."""
_ALL: Final = ("Protocol-TLSv1", "Protocol-TLSv1.1", "Protocol-TLSv1.2")
_OLDEST: Final = ("Protocol-SSLv3", *_ALL)
_OF_AWS: Final = {
    "ELBSecurityPolicy-TLS-1-2-2017-01": ("Protocol-TLSv1.2",),
    "ELBSecurityPolicy-TLS-1-1-2017-01": ("Protocol-TLSv1.1", "Protocol-TLSv1.2"),
    "ELBSecurityPolicy-2016-08": _ALL,
    "ELBSecurityPolicy-2015-05": _ALL,
    "ELBSecurityPolicy-2015-03": _ALL,
    "ELBSecurityPolicy-2015-02": _ALL,
    "ELBSecurityPolicy-2014-10": _ALL,
    "ELBSecurityPolicy-2014-01": _OLDEST,
    "ELBSecurityPolicy-2011-08": _OLDEST,
}
"""docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-security-policy-table.html"""
_CERTIFICATES: Final = {
    "aws_acm_certificate": "arn:aws:acm:here:own:certificate/",
    "aws_acm_certificate_validation": "arn:aws:acm:here:own:certificate/",
    "aws_iam_server_certificate": "arn:aws:iam::own:server-certificate/",
}
_REFERS: Final = "Reference-Security-Policy"


def components(code: Resources) -> Iterator[Collected]:
    """Each of them."""
    for one in code.of("aws_elb"):
        yield _classic(code, one)


def _classic(code: Resources, one: Instance) -> Collected:
    inside = one.get("internal", default=False)
    policies = _policies(code, one)
    there = {each["PolicyName"] for each in policies.value or ()}
    blocks = one.blocks("listener")
    listeners = (
        blocks
        if isinstance(blocks, Unknown)
        else [
            each if isinstance(each, Unknown) else _listener(code, one, each, there)
            for each in blocks
        ]
    )
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
        "policies": policies,
    }
    return component(CLASSIC, one, one.get("name"), aspects)


def _listener(code: Resources, one: Instance, block: Any, there: set[Any]) -> Any:
    """A listener; ``there`` are the policies of which it is known what they say."""
    named = _named(code, one, block)
    if isinstance(named, list):
        named = [each if each in there else _else(each) for each in named]
    protocol = block.get("lb_protocol")
    listener = {
        "Protocol": protocol.upper() if isinstance(protocol, str) else protocol,
        "LoadBalancerPort": block.get("lb_port"),
        "InstancePort": block.get("instance_port"),
        "SSLCertificateId": _certificate(code, block.get("ssl_certificate_id")),
    }
    return {"Listener": listener, "PolicyNames": named}


def _certificate(code: Resources, value: Any) -> Any:
    """The ARN of a certificate, as far as it says whose it is; of one of this code by its type."""
    if not isinstance(value, Unknown):
        return value
    for type_, begins in _CERTIFICATES.items():
        its = code.pointed(value, type_)
        if its is not None:
            return f"{begins}{its.address}"
    return value


def _else(name: Any) -> Unknown:
    return name if isinstance(name, Unknown) else Unknown(f"the policy {name} is none of this code")


def _named(code: Resources, one: Instance, block: Any) -> Any:
    """The policies of a listener: in it, by its port, or AWS's own."""
    written = block.get("policy_names")
    if written:
        return written if isinstance(written, Unknown) else [ident(each) for each in written]
    port, found = block.get("lb_port"), []
    for type_, balancer, at in (
        ("aws_load_balancer_listener_policy", "load_balancer_name", "load_balancer_port"),
        ("aws_lb_ssl_negotiation_policy", "load_balancer", "lb_port"),
    ):
        for each in code.pointing(type_, balancer, one, one.get("name")):
            if each.doubt or isinstance(each.get(at), Unknown):
                return Unknown(each.doubt or f"of which port {each.written} is, is not known")
            if str(each.get(at)) == str(port):
                several = each.get("policy_names", [each.address])
                found += several if isinstance(several, list) else [several]
    return [ident(each) for each in found] or [_USUAL]


def _policies(code: Resources, one: Instance) -> Observation:
    """All that its listeners may have: written within it, beside it, and those of AWS."""
    found = [_described(name, {_REFERS: name}) for name in _OF_AWS]
    within = one.blocks("policies")
    if isinstance(within, Unknown):
        return unsure(within.why)
    for each in within:
        if isinstance(each, Unknown):
            return unsure(each.why)
        kind, name = each.get("policy_type"), each.get("policy_name")
        found.append(_described(name, _pairs(each.get("attributes")), kind))
    for each in code.pointing(
        "aws_load_balancer_policy", "load_balancer_name", one, one.get("name")
    ):
        if each.doubt:
            return unsure(each.doubt)
        attributes = _pairs(each.blocks("policy_attribute"))
        kind = each.get("policy_type_name")
        # whoever names it does so by its name, or by the resource
        names = (each.get("policy_name"), each.address)
        found += [_described(name, attributes, kind) for name in names]
    negotiated = "aws_lb_ssl_negotiation_policy"
    for each in code.pointing(negotiated, "load_balancer", one, one.get("name")):
        found.append(_described(each.address, _pairs(each.blocks("attribute"))))
    return known([each for each in found if isinstance(each["PolicyName"], str)], one)


def _pairs(blocks: Any) -> Any:
    if isinstance(blocks, Unknown):
        return blocks
    unknown = [each for each in blocks or () if isinstance(each, Unknown)]
    if unknown:
        return unknown[0]
    return {str(each.get("name")): each.get("value") for each in blocks or ()}


def _described(name: Any, attributes: Any, kind: Any = _SSL) -> dict[str, Any]:
    told: Any = attributes
    if isinstance(attributes, dict) and attributes.get(_REFERS) is not None:
        which = attributes[_REFERS]
        on = _OF_AWS.get(which) if isinstance(which, str) else None
        told = dict.fromkeys(on, "true") if on else Unknown("which policy of AWS's it is like")
    if isinstance(told, dict):
        told = [{"AttributeName": key, "AttributeValue": _text(one)} for key, one in told.items()]
    return {"PolicyName": name, "PolicyTypeName": kind, "PolicyAttributeDescriptions": told}


def _text(value: Any) -> Any:
    said = truth(value)
    return said.lower() if isinstance(said, str) else said
