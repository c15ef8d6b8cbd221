"""What stands around networks: lists before subnets, endpoints, services, tunnels, prefix lists."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ringwall.core.observations import Collected
from ringwall.posture.code.aws.declaring import (
    component,
    default,
    ident,
    known,
    part,
    sure,
)
from ringwall.posture.code.aws.placing import SUBNETS, here, network, network_of
from ringwall.posture.code.aws.policies import document
from ringwall.posture.code.aws.settings import settled
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.code.terraform.values import PartialText
from ringwall.posture.snapshot.partial import SOMEWHERE, Assumed, Unknown

LIST: Final = "aws-ec2-network-acl"
ENDPOINT: Final = "aws-ec2-vpc-endpoint"
SERVICE: Final = "aws-ec2-vpc-endpoint-service"
CLIENT: Final = "aws-ec2-client-vpn-endpoint"
PREFIXES: Final = "aws-ec2-prefix-list"
KINDS: Final = (LIST, ENDPOINT, SERVICE, CLIENT, PREFIXES)
_USUAL_LIST: Final = "aws_default_network_acl"
_JOINING: Final = "aws_network_acl_association"
_NUMBERS: Final = {"all": "-1", "tcp": "6", "udp": "17", "icmp": "1", "icmpv6": "58"}
_NO_POLICY: Final = frozenset({"GatewayLoadBalancer", "Resource", "ServiceNetwork"})
_OPEN: Final = {
    "Version": "2008-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}
_NOBODY: Final = "docs.aws.amazon.com/vpc/latest/privatelink/configure-endpoint-service.html"
_USUAL: Final = "docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html"


def components(code: Resources) -> Iterator[Collected]:
    """All of them; the list that a network comes with only where its entries are written."""
    for one in code.of("aws_network_acl", _USUAL_LIST):
        yield _list(code, one)
    for one in code.of("aws_vpc_endpoint"):
        yield _endpoint(code, one)
    for one in code.of("aws_vpc_endpoint_service"):
        yield _service(code, one)
    for one in code.of("aws_ec2_client_vpn_endpoint"):
        on = part(one.block("connection_log_options"), "enabled", fallback=False)
        listed = {"ConnectionLogOptions": {"Enabled": settled(on)}}
        yield component(CLIENT, one, one.get("description"), {"listed": known(listed, one)})
    for one in code.of("aws_ec2_managed_prefix_list"):
        yield _prefixes(code, one)


def _list(code: Resources, one: Instance) -> Collected:
    listed = {
        "NetworkAclId": one.address,
        "IsDefault": one.type == _USUAL_LIST,
        "Associations": _associated(code, one),
        "Entries": _entries(code, one),
    }
    tags = one.get("tags")
    name = tags.get("Name") if isinstance(tags, dict) else None
    return component(LIST, one, name, {"listed": known(listed, one)})


def _associated(code: Resources, one: Instance) -> Any:
    """Its subnets; where none are written, others may say it of themselves."""
    if one.doubt:
        return [Unknown(one.doubt)]
    beside = sure(code.pointing(_JOINING, "network_acl_id", one))
    subnets = _own_subnets(code, one, beside)
    if isinstance(subnets, Unknown):
        return subnets
    others = _left(code, one) if one.type == _USUAL_LIST else None
    found = [*subnets, *(each for each in others or () if each not in subnets)]
    made = [each if isinstance(each, Unknown) else {"SubnetId": each} for each in found]
    if made or others is not None:
        return made
    return Unknown("which subnets have it may be said elsewhere")


def _own_subnets(code: Resources, one: Instance, beside: list[Instance] | Unknown) -> Any:
    """Those that it names, or that are joined with it."""
    named = one.get("subnet_ids", [])
    if isinstance(named, Unknown) or isinstance(beside, Unknown):
        return named if isinstance(named, Unknown) else beside
    several = [*named, *(each.get("subnet_id") for each in beside)]
    return [here(code, each, *SUBNETS) for each in several]


def _left(code: Resources, one: Instance) -> list[str] | None:
    """The subnets that no other list has, which have their network's own; ``None`` if unknown."""
    its = network(code, one.get("default_network_acl_id"))
    taken: list[Any] = [each.get("subnet_id") for each in code.of(_JOINING)]
    for other in code.of("aws_network_acl"):
        named = other.get("subnet_ids", [])
        taken += named if isinstance(named, list) else [named]
    taken = [here(code, each, *SUBNETS) for each in taken]
    is_unread = any(code.of("module")) or any(each.doubt for each in code.of(_JOINING))
    if is_unread or any(isinstance(each, Unknown) for each in (its, *taken)):
        return None
    return [
        each.address
        for each in code.of(*SUBNETS)
        if each.address not in taken and network_of(code, each) == its
    ]


def _entries(code: Resources, one: Instance) -> Any:
    made: list[Any] = []
    for way in ("ingress", "egress"):
        blocks = one.blocks(way)
        if isinstance(blocks, Unknown):
            return blocks
        made += [
            each if isinstance(each, Unknown) else _entry(each, egress=way == "egress")
            for each in blocks
        ]
    rules = code.pointing("aws_network_acl_rule", "network_acl_id", one)
    made += [_entry(rule.values, egress=rule.get("egress", default=False)) for rule in rules]
    return made


def _entry(told: Mapping[str, Any], *, egress: Any) -> dict[str, Any]:
    protocol = told.get("protocol")
    named = protocol if isinstance(protocol, Unknown) else str(protocol).lower()
    first_port, last_port = settled(told.get("from_port")), settled(told.get("to_port"))
    made = {
        "RuleNumber": _either(told, "rule_no", "rule_number"),
        "RuleAction": _either(told, "action", "rule_action"),
        "Protocol": _NUMBERS.get(named, named) if isinstance(named, str) else named,
        "Egress": settled(egress),
        "CidrBlock": told.get("cidr_block"),
        "Ipv6CidrBlock": told.get("ipv6_cidr_block"),
    }
    if first_port is not None or last_port is not None:
        made["PortRange"] = {"From": first_port, "To": last_port}
    return made


def _either(told: Mapping[str, Any], *names: str) -> Any:
    return settled(next((told[name] for name in names if told.get(name) is not None), None))


def _endpoint(code: Resources, one: Instance) -> Collected:
    beside = code.pointing("aws_vpc_endpoint_policy", "vpc_endpoint_id", one)
    where = beside[0] if beside else one
    policy = where.get("policy")
    listed = {
        "VpcEndpointId": one.address,
        "VpcId": ident(one.get("vpc_id")),
        "ServiceName": _named(one.get("service_name")),
    }
    if one.get("vpc_endpoint_type") in _NO_POLICY:
        told = known(listed, one)
    elif policy is None:
        told = default(listed | {"PolicyDocument": _OPEN}, _USUAL)
    else:
        told = known(listed | {"PolicyDocument": document(policy, code)}, where, "policy")
    name = one.get("service_name")
    return component(ENDPOINT, one, name, {"listed": told})


def _named(service: Any) -> Any:
    """A service by its last words: in whichever region it is, it is that one."""
    if isinstance(service, PartialText) and isinstance(service.parts[-1], str):
        return Assumed(f"com.amazonaws.{SOMEWHERE}{service.parts[-1]}")
    return service


def _service(code: Resources, one: Instance) -> Collected:
    written = one.get("allowed_principals", [])
    beside = code.pointing(
        "aws_vpc_endpoint_service_allowed_principal", "vpc_endpoint_service_id", one
    )
    at_once = code.pointing("aws_vpc_endpoint_service_permissions", "vpc_endpoint_service_id", one)
    several = written if isinstance(written, Unknown) else [
        *written,
        *(each.get("principal_arn") for each in beside),
        *(who for each in at_once for who in _listed(each.get("allowed_principals"))),
    ]  # fmt: skip
    aspects = {
        "listed": known({"AcceptanceRequired": settled(one.get("acceptance_required"))}, one),
        "allowed_principals": known(
            several if isinstance(several, Unknown) else [{"Principal": each} for each in several],
            one,
        )
        if several
        else default([], _NOBODY),
    }
    return component(SERVICE, one, one.address, aspects)


def _listed(value: Any) -> list[Any]:
    return [value] if isinstance(value, Unknown) else value or []


def _prefixes(code: Resources, one: Instance) -> Collected:
    blocks = one.blocks("entry")
    beside = code.pointing("aws_ec2_managed_prefix_list_entry", "prefix_list_id", one)
    entries = blocks if isinstance(blocks, Unknown) else [
        *(each if isinstance(each, Unknown) else {"Cidr": each.get("cidr")} for each in blocks),
        *({"Cidr": each.get("cidr")} for each in beside),
    ]  # fmt: skip
    aspects = {
        "listed": known({"PrefixListId": one.address, "OwnerId": "own"}, one),
        "entries": known(entries or Unknown("its entries are written elsewhere"), one),
    }
    return component(PREFIXES, one, one.get("name"), aspects)
