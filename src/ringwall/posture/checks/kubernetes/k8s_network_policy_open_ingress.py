"""Network policies do not let in everybody.

Why: a rule without sources, with the whole world or with every pod of the cluster, is no rule.
Fix: name the pods, namespaces or networks in `from`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ringwall.posture.checking import (
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Severity,
    Subject,
    UnknownError,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.kubernetes.known import is_any, those
from ringwall.posture.checks.kubernetes.sources import are_everybody, is_cluster

CHECK = Check(
    judges="k8s-network-policy",
    severity=Severity.MEDIUM,
    reads=("manifest",),
    controls=(
        "nist-800-53r5 SC-7 partial",
        "ccm-4 IVS-03 partial",
    ),
    known_as=("kubernetes:network-policies",),
)


def judge(it: Subject, world: World) -> Judgment:
    """A rule without sources, one with all pods, and those that are together the world."""
    spec = it.read("manifest").get("spec") or {}
    kinds = spec.get("policyTypes")
    if kinds and "Ingress" not in kinds:
        return passes("it is of what goes out alone")
    rules = spec.get("ingress") or ()
    found, unclear = those(_WAYS, lambda way: way[0](rules))
    if found:
        return fails(f"{it.label} lets in {found[0][1]}")
    if unclear:
        raise UnknownError(unclear)
    return passes("those who come in are named")


def _without_sources(rules: Sequence[Mapping[str, Any]]) -> bool:
    return is_any(rules, lambda one: not one.get("from"))


def _from_the_world(rules: Sequence[Mapping[str, Any]]) -> bool:
    """Rules of a port are taken together: each may let in one half of the world."""
    if is_any(rules, lambda rule: is_any(rule.get("from") or (), _is_world)):
        return True
    for ports in {str(one.get("ports")): one.get("ports") for one in rules}.values():
        several = [one for one in rules if not one.get("ports") or one["ports"] == ports]
        sources = [one for rule in several for one in rule.get("from") or ()]
        if are_everybody(one["ipBlock"] for one in sources if one.get("ipBlock")):
            return True
    return False


def _is_world(peer: Mapping[str, Any]) -> bool:
    """By itself, whatever of the other peers and of its ports is not known."""
    block: Mapping[str, Any] | None = peer.get("ipBlock")
    return block is not None and are_everybody([block])


def _from_the_cluster(rules: Sequence[Mapping[str, Any]]) -> bool:
    return is_any(rules, lambda rule: is_any(rule.get("from") or (), is_cluster))


_WAYS = (
    (_without_sources, "everybody"),
    (_from_the_world, "everybody"),
    (_from_the_cluster, "every pod of the cluster"),
)


def _from(*blocks: dict[str, Any]) -> dict[str, Any]:
    """A policy for cases, with a rule for each block."""
    return {"spec": {"ingress": [{"from": [{"ipBlock": one}]} for one in blocks]}}


def _at(port: int, cidr: str) -> dict[str, Any]:
    rule = {"from": [{"ipBlock": {"cidr": cidr}}]}
    return rule | ({"ports": [{"port": port}]} if port else {})


def _peer(**selectors: Any) -> dict[str, Any]:
    return {"spec": {"ingress": [{"from": [selectors]}]}}


OUT = {"spec": {"policyTypes": ["Egress"], "ingress": [{}]}}
WORLD = {"cidr": "0.0.0.0/0"}
CASES = (
    case("named", PASS, manifest={"spec": {"ingress": [{"from": [{"podSelector": {}}]}]}}),
    case("nobody", PASS, manifest={"spec": {"policyTypes": ["Ingress"]}}),
    case("of what goes out", PASS, manifest=OUT),
    case("every pod", FAIL, manifest=_peer(namespaceSelector={})),
    case("every pod, said twice", FAIL, manifest=_peer(namespaceSelector={}, podSelector={})),
    case(
        "some pods of every namespace",
        PASS,
        manifest=_peer(namespaceSelector={}, podSelector={"matchLabels": {"app": "proxy"}}),
    ),
    case("all", FAIL, manifest={"spec": {"ingress": [{}]}}),
    case("the world", FAIL, manifest=_from(WORLD)),
    case("in two halves", FAIL, manifest=_from({"cidr": "0.0.0.0/1"}, {"cidr": "128.0.0.0/1"})),
    case("what is no network, beside the world", FAIL, manifest=_from({"cidr": "x"}, WORLD)),
    case(
        "two halves at two ports",
        PASS,
        manifest={"spec": {"ingress": [_at(80, "0.0.0.0/1"), _at(443, "128.0.0.0/1")]}},
    ),
    case(
        "two halves, one at each port",
        FAIL,
        manifest={"spec": {"ingress": [_at(0, "0.0.0.0/1"), _at(443, "128.0.0.0/1")]}},
    ),
    case(
        "all but what nobody on the internet has",
        FAIL,
        manifest=_from({"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}),
    ),
    case(
        "one half without the other",
        PASS,
        manifest=_from({"cidr": "::/0", "except": ["2000::/4", "3000::/4"]}),
    ),
    case("what is no network", UNKNOWN, manifest=_from({"cidr": "10.0.0.0/33"})),
)
