"""Ways in are encrypted.

Why: what goes in plain text is read and changed on the way.
Fix: give the Ingress a certificate for each host in `tls`.
"""

from collections.abc import Mapping
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


_CERTIFICATES = {
    "alb.ingress.kubernetes.io/certificate-arn",
    "appgw.ingress.kubernetes.io/appgw-ssl-certificate",
    "ingress.gcp.kubernetes.io/pre-shared-cert",
    "networking.gke.io/managed-certificates",
    "route.openshift.io/termination",
    "traefik.ingress.kubernetes.io/router.tls.certresolver",
}
_ENCRYPTED = {
    "haproxy-ingress.github.io/ssl-passthrough",
    "haproxy.org/ssl-passthrough",
    "nginx.ingress.kubernetes.io/ssl-passthrough",
    "traefik.ingress.kubernetes.io/router.tls",
}
_CONTROLLERS = ("nginx", "traefik", "haproxy", "kong", "alb", "gce", "azure", "istio", "cilium")
"""What is in the names of their classes, and in those of their annotations."""
_ALWAYS = {"tailscale"}
"""Controllers that speak nothing else, by their class."""
_ALB = "alb.ingress.kubernetes.io"


def judge(it: Subject, world: World) -> Judgment:
    """By what the manifest says."""
    told = it.read("manifest")
    spec, notes = told.get("spec") or {}, (told.get("metadata") or {}).get("annotations") or {}
    if any(notes.get(one) for one in _CERTIFICATES):
        return passes("its annotations name certificates")
    name = str(spec.get("ingressClassName") or notes.get("kubernetes.io/ingress.class") or "")
    if _is_noted(notes, name) or name in _ALWAYS:
        return passes("its controller encrypts it")
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


def _is_noted(notes: Mapping[str, Any], name: str) -> bool:
    """Whether annotations say that it is encrypted, by a certificate that the controller finds.

    ``name`` is its class, which may be that of another controller: then they mean nothing.
    """
    others = [one for one in _CONTROLLERS if one in name]
    said = [one for one in _ENCRYPTED if str(notes.get(one)).lower() == "true"]
    if any(not others or any(other in one for other in others) for one in said):
        return True
    protocols = {one.strip() for one in str(notes.get("konghq.com/protocols") or "").split(",")}
    if protocols <= {"https", "grpcs"}:
        return True
    ports = str(notes.get(f"{_ALB}/listen-ports") or "")
    is_led = str(notes.get(f"{_ALB}/ssl-redirect") or "").isdigit()
    return '"HTTPS"' in ports and ('"HTTP"' not in ports or is_led)


def _star(host: str) -> str:
    return f"*.{host.partition('.')[2]}"


def _ways(host: str, of: str) -> dict[str, Any]:
    return {"spec": {"rules": [{"host": host}], "tls": [{"hosts": [of]}]}}


def _noted(**notes: str) -> dict[str, Any]:
    return {"metadata": {"annotations": notes}}


_TRAEFIK = "traefik.ingress.kubernetes.io/router.tls"
_NGINX = "nginx.ingress.kubernetes.io/ssl-passthrough"
_PORTS, _REDIRECT = f"{_ALB}/listen-ports", f"{_ALB}/ssl-redirect"
_BOTH = '[{"HTTP": 80}, {"HTTPS": 443}]'
CASES = (
    case("with", PASS, manifest={"spec": {"tls": [{"hosts": ["shop.example"]}]}}),
    case("for another host", FAIL, manifest=_ways("shop.example", of="bank.example")),
    case("for all below one", PASS, manifest=_ways("shop.example", of="*.example")),
    case(
        "by an annotation",
        PASS,
        manifest={"metadata": {"annotations": {"alb.ingress.kubernetes.io/certificate-arn": "a"}}},
    ),
    case("by Traefik", PASS, manifest=_noted(**{_TRAEFIK: "true"})),
    case(
        "by Traefik, which is not there",
        FAIL,
        manifest=_noted(**{_TRAEFIK: "true"}) | {"spec": {"ingressClassName": "nginx"}},
    ),
    case(
        "by Traefik of a class of one's own",
        PASS,
        manifest=_noted(**{_TRAEFIK: "true"}) | {"spec": {"ingressClassName": "public"}},
    ),
    case("not by Traefik", FAIL, manifest=_noted(**{_TRAEFIK: "false"})),
    case("passed through", PASS, manifest=_noted(**{_NGINX: "true"})),
    case("found by its host", PASS, manifest=_noted(**{_PORTS: '[{"HTTPS":443}]'})),
    case("plain, too", FAIL, manifest=_noted(**{_PORTS: _BOTH})),
    case("not led to it", FAIL, manifest=_noted(**{_PORTS: _BOTH, _REDIRECT: "false"})),
    case("led to it", PASS, manifest=_noted(**{_PORTS: _BOTH, _REDIRECT: "443"})),
    case("of Kong", PASS, manifest=_noted(**{"konghq.com/protocols": "https"})),
    case("of Kong, plain, too", FAIL, manifest=_noted(**{"konghq.com/protocols": "http,https"})),
    case("without", FAIL, manifest={"spec": {}}),
)
