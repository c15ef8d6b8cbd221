"""Namespaces have network policies.

Why: without one every pod of the cluster reaches every other.
Fix: deny all by default, and allow what is needed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ringwall.posture.checking import (
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Other,
    Severity,
    Subject,
    UnknownError,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.kubernetes.known import every, is_any
from ringwall.posture.checks.kubernetes.sources import are_all_addresses, is_cluster, selects_all
from ringwall.posture.snapshot.partial import guarded
from ringwall.posture.snapshot.reasons import once

CHECK = Check(
    judges="k8s-namespace",
    severity=Severity.MEDIUM,
    reads=(
        "listed",
        "k8s-network-policy.listed",
        "k8s-network-policy.manifest",
    ),
    controls=(
        "nist-800-53r5 SC-7 partial",
        "ccm-4 IVS-03 partial",
    ),
    known_as=("checkov:CKV2_K8S_6",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By what the manifest says."""
    name = it.read("listed").get("name")
    policies = world.found("k8s-network-policy", account=it.account)
    own = [one for one in policies if one.read("listed").get("namespace") == name]
    if is_any(own, _keeps_out) and not _are_open(own):
        return passes("it has a network policy")
    world.all("k8s-network-policy", account=it.account)
    said = "network policies that keep nobody out" if own else "no network policy"
    return fails(f"{it.label} has {said}")


def _keeps_out(policy: Subject) -> bool:
    """Whether it is of what comes in, as it is unless it says otherwise, and lets in not all."""
    spec = policy.read("manifest").get("spec") or {}
    return _is_incoming(spec) and not _let_in_all(spec.get("ingress") or ())


def _is_incoming(spec: Mapping[str, Any]) -> bool:
    kinds = spec.get("policyTypes")
    return not kinds or "Ingress" in kinds


def _are_open(policies: Sequence[Subject]) -> bool:
    """Whether those of all pods let in all together: what one lets in no other keeps out."""
    rules: list[Any] = []
    unclear: list[str] = []
    for one in policies:
        try:
            spec = one.read("manifest").get("spec") or {}
            if _is_incoming(spec) and selects_all(spec.get("podSelector")):
                rules += every(spec.get("ingress") or ())
        except UnknownError as error:
            unclear.append(error.why)
    if _let_in_all(guarded(rules)):
        return True
    if unclear:
        raise UnknownError(once(unclear))
    return False


def _let_in_all(rules: Sequence[Mapping[str, Any]]) -> bool:
    return is_any((_by_one, _together), lambda way: way(rules))


def _by_one(rules: Sequence[Mapping[str, Any]]) -> bool:
    return is_any(rules, _lets_in_all)


def _lets_in_all(rule: Mapping[str, Any]) -> bool:
    """Whether every pod of the cluster comes in by a rule, at every port."""
    sources = rule.get("from")
    return not rule.get("ports") and (not sources or is_any(sources, _is_all))


def _is_all(peer: Mapping[str, Any]) -> bool:
    block: Mapping[str, Any] | None = peer.get("ipBlock")
    return is_cluster(peer) if block is None else are_all_addresses([block])


def _together(rules: Sequence[Mapping[str, Any]]) -> bool:
    """Whether networks of several rules, or of one, are together all that there are."""
    whole = [one for one in rules if not one.get("ports")]
    sources = [one for rule in whole for one in rule.get("from") or ()]
    return are_all_addresses(one["ipBlock"] for one in sources if one.get("ipBlock"))


def _policy(name: str = "", /, **spec: Any) -> Other:
    """A network policy of the namespace, for cases."""
    return other("k8s-network-policy", name, listed={"namespace": "shop"}, manifest={"spec": spec})


def _from(*cidrs: str, **more: Any) -> dict[str, Any]:
    """A rule for cases, with a network for each; ``more`` is of the last of them."""
    blocks: list[dict[str, Any]] = [{"cidr": one} for one in cidrs]
    blocks[-1] |= more
    return {"from": [{"ipBlock": one} for one in blocks]}


WORLD = _from("0.0.0.0/0")
NOBODY = _policy("deny")
EVERY: dict[str, Any] = {"from": [{"namespaceSelector": {}}]}
CASES = (
    case(
        "one",
        PASS,
        other("k8s-network-policy", listed={"namespace": "shop"}, manifest={}),
        listed={"name": "shop"},
    ),
    case("of what goes out", FAIL, _policy(policyTypes=["Egress"]), listed={"name": "shop"}),
    case("for all who come", FAIL, _policy(ingress=[{}]), listed={"name": "shop"}),
    case("for every pod", FAIL, _policy(ingress=[EVERY]), listed={"name": "shop"}),
    case(
        "for every pod at one port",
        PASS,
        _policy(ingress=[EVERY | {"ports": [{"port": 53}]}]),
        listed={"name": "shop"},
    ),
    case("for the world", FAIL, _policy(ingress=[WORLD]), listed={"name": "shop"}),
    case(
        "for two halves of it",
        FAIL,
        _policy(ingress=[_from("0.0.0.0/1", "128.0.0.0/1")]),
        listed={"name": "shop"},
    ),
    case(
        "for two halves of it by two rules",
        FAIL,
        _policy(ingress=[_from("0.0.0.0/1"), _from("128.0.0.0/1")]),
        listed={"name": "shop"},
    ),
    case("for one half", PASS, _policy(ingress=[_from("0.0.0.0/1")]), listed={"name": "shop"}),
    case(
        "for two halves, one at a port",
        PASS,
        _policy(ingress=[_from("0.0.0.0/1"), _from("128.0.0.0/1") | {"ports": [{"port": 53}]}]),
        listed={"name": "shop"},
    ),
    case(
        "for the world at one port",
        PASS,
        _policy(ingress=[WORLD | {"ports": [{"port": 443}]}]),
        listed={"name": "shop"},
    ),
    case("for nobody, and for all", FAIL, NOBODY, _policy(ingress=[{}]), listed={"name": "shop"}),
    case(
        "for nobody, and for all who come to some",
        PASS,
        NOBODY,
        _policy(podSelector={"matchLabels": {"app": "web"}}, ingress=[{}]),
        listed={"name": "shop"},
    ),
    case(
        "for two halves of it by two of them",
        FAIL,
        _policy(ingress=[_from("0.0.0.0/1")]),
        _policy("second", ingress=[_from("128.0.0.0/1")]),
        listed={"name": "shop"},
    ),
    case(
        "for the internet without pods",
        PASS,
        _policy(ingress=[_from("0.0.0.0/0", **{"except": ["10.0.0.0/8"]})]),
        listed={"name": "shop"},
    ),
    case(
        "for all of version 6", UNKNOWN, _policy(ingress=[_from("::/0")]), listed={"name": "shop"}
    ),
    case(
        "for no network", UNKNOWN, _policy(ingress=[_from("10.0.0.0/33")]), listed={"name": "shop"}
    ),
    case(
        "none",
        FAIL,
        other("k8s-network-policy", listed={"namespace": "else"}),
        listed={"name": "shop"},
    ),
)
