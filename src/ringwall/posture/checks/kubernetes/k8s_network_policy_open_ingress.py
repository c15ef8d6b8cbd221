"""Network policies do not let in everybody.

Why: a rule without sources, or with the whole world, is no rule.
Fix: name the pods, namespaces or networks in `from`.
"""

from typing import Any

from ringwall.posture.checking import (
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.kubernetes.sources import are_everybody

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
    """Rules of a port are taken together: each may let in one half of the world."""
    rules = (it.read("manifest").get("spec") or {}).get("ingress") or ()
    if not all(one.get("from") for one in rules):
        return fails(f"{it.label} lets in everybody")
    for ports in {str(one.get("ports")): one.get("ports") for one in rules}.values():
        several = [one for one in rules if not one.get("ports") or one["ports"] == ports]
        sources = [one for rule in several for one in rule["from"]]
        if are_everybody(one["ipBlock"] for one in sources if one.get("ipBlock")):
            return fails(f"{it.label} lets in everybody")
    return passes("those who come in are named")


def _from(*blocks: dict[str, Any]) -> dict[str, Any]:
    """A policy for cases, with a rule for each block."""
    return {"spec": {"ingress": [{"from": [{"ipBlock": one}]} for one in blocks]}}


def _at(port: int, cidr: str) -> dict[str, Any]:
    rule = {"from": [{"ipBlock": {"cidr": cidr}}]}
    return rule | ({"ports": [{"port": port}]} if port else {})


WORLD = {"cidr": "0.0.0.0/0"}
CASES = (
    case("named", PASS, manifest={"spec": {"ingress": [{"from": [{"podSelector": {}}]}]}}),
    case("nobody", PASS, manifest={"spec": {"policyTypes": ["Ingress"]}}),
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
