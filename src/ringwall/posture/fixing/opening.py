"""What goes out of Terraform's code where rules of a security group go."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ringwall.posture.fixing.terraform import block, named, resource, taken_out

_ALL: Final = "-1"
_LISTS: Final = {
    "IpRanges": ("CidrIp", "cidr_blocks", "cidr_ipv4"),
    "Ipv6Ranges": ("CidrIpv6", "ipv6_cidr_blocks", "cidr_ipv6"),
    "PrefixListIds": ("PrefixListId", "prefix_list_ids", "prefix_list_id"),
}
"""By the member of a rule: that of each of its ends, and what a block and a resource call those."""
_GROUPS: Final = "UserIdGroupPairs"


def taken_out_of_group(
    label: str, group: str, ways: Mapping[str, Sequence[Mapping[str, Any]]]
) -> str:
    """The patch for rules, as EC2 tells them; ``ways`` are ``ingress`` and ``egress``.

    The cloud does not tell whether a rule is declared alone or in its group: each form is said.
    """
    name = named(label)
    alone, older, within = list[str](), list[str](), list[str]()
    for way, rules in ways.items():
        for rule in rules:
            alone += [
                resource(f"aws_vpc_security_group_{way}_rule", name, {**_of(group), **one})
                for one in _single(rule)
            ]
            ports, ends, groups = _ports(rule), _ends(rule), _groups(rule, group)
            older += [
                resource(
                    "aws_security_group_rule", name, {"type": way, **_of(group), **ports, **one}
                )
                for one in ([ends] if ends else []) + groups
            ]
            within.append(block(way, ports | ends | _joined(groups)))
    where = (
        f"what declares this of {group}, whatever it is called there: rules of their own, in"
        f' either form, or blocks in the aws_security_group of "{label}"; what else a block or a'
        " rule lets in stays"
    )
    return taken_out(where, ["".join(alone), "".join(older), "".join(within)])


def _of(group: str) -> dict[str, str]:
    return {"security_group_id": group}


def _ports(rule: Mapping[str, Any]) -> dict[str, Any]:
    """As blocks have them, which name ports also where all are meant."""
    first, last = rule.get("FromPort", 0), rule.get("ToPort", 0)
    return {"protocol": rule["IpProtocol"], "from_port": first, "to_port": last}


def _ends(rule: Mapping[str, Any]) -> dict[str, list[str]]:
    return {
        block: [one[end] for one in rule[member]]
        for member, (end, block, _) in _LISTS.items()
        if rule.get(member)
    }


def _groups(rule: Mapping[str, Any], own: str) -> list[dict[str, Any]]:
    """The groups of a rule, as the older resource names one each."""
    several = [one["GroupId"] for one in rule.get(_GROUPS) or ()]
    return [{"self": True} if one == own else {"source_security_group_id": one} for one in several]


def _joined(groups: list[dict[str, Any]]) -> dict[str, Any]:
    """The same as a block has them."""
    others = [one["source_security_group_id"] for one in groups if "self" not in one]
    own = {"self": True} if len(others) < len(groups) else {}
    return ({"security_groups": others} if others else {}) | own


def _single(rule: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A rule for each of its ends, as the resource has one end each."""
    ports = {
        name: rule[member]
        for member, name in (("FromPort", "from_port"), ("ToPort", "to_port"))
        if member in rule and rule["IpProtocol"] != _ALL
    }
    ways = {member: (end, argument) for member, (end, _, argument) in _LISTS.items()}
    ways[_GROUPS] = ("GroupId", "referenced_security_group_id")
    for member, (end, argument) in ways.items():
        for one in rule.get(member) or ():
            yield {"ip_protocol": rule["IpProtocol"], **ports, argument: one[end]}
