"""Ways in are encrypted.

Why: what goes in plain text is read and changed on the way.
Fix: give the Ingress a certificate for each host in `tls`.
"""

from typing import Any

from ringwall.posture.checking import (
    FAIL,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)

CHECK = Check(
    judges="k8s-ingress",
    severity=Severity.HIGH,
    reads=("manifest",),
    controls=(
        "nist-800-53r5 SC-7 partial",
        "ccm-4 IVS-03 partial",
    ),
    known_as=("kubernetes:ingress-tls",),
)


_NOTED = {
    "alb.ingress.kubernetes.io/certificate-arn",
    "ingress.gcp.kubernetes.io/pre-shared-cert",
    "networking.gke.io/managed-certificates",
}


def judge(it: Subject, world: World) -> Judgment:
    """By what the manifest says."""
    told = it.read("manifest")
    spec, notes = told.get("spec") or {}, (told.get("metadata") or {}).get("annotations") or {}
    if _NOTED & set(notes):
        return passes("its annotations name certificates")
    several = spec.get("tls")
    if not several:
        return fails(f"{it.label} has no certificate")
    if not all(one.get("hosts") for one in several):  # one without hosts is of all of them
        return passes("it has certificates")
    covered = {host for one in several for host in one["hosts"]}
    hosts = {str(one.get("host") or "") for one in spec.get("rules") or ()}
    plain = sorted(hosts - covered - {one for one in hosts if _star(one) in covered})
    if plain:
        said = ", ".join(one or "every other host" for one in plain)
        return fails(f"{it.label} has no certificate for {said}")
    return passes("it has certificates")


def _star(host: str) -> str:
    return f"*.{host.partition('.')[2]}"


def _ways(host: str, of: str) -> dict[str, Any]:
    return {"spec": {"rules": [{"host": host}], "tls": [{"hosts": [of]}]}}


CASES = (
    case("with", PASS, manifest={"spec": {"tls": [{"hosts": ["shop.example"]}]}}),
    case("for another host", FAIL, manifest=_ways("shop.example", of="bank.example")),
    case("for all below one", PASS, manifest=_ways("shop.example", of="*.example")),
    case(
        "by an annotation",
        PASS,
        manifest={"metadata": {"annotations": {"alb.ingress.kubernetes.io/certificate-arn": "a"}}},
    ),
    case("without", FAIL, manifest={"spec": {}}),
)
