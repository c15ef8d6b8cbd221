"""The default account has no rights.

Why: what it is given, every pod of the namespace has; what `system:authenticated` is given, whoever
signs in has, and in some clouds that is everybody with an account there.
Fix: bind an account of its own.
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
    UnknownError,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.kubernetes.known import those

CHECK = Check(
    judges="k8s-role-binding",
    severity=Severity.MEDIUM,
    reads=("manifest",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 AC-3 supporting",
        "ccm-4 IAM-05 partial",
    ),
    known_as=("checkov:CKV_K8S_42",),
)


_EVERYBODY = "system:authenticated"
_BROUGHT = {"system:basic-user", "system:discovery", "system:public-info-viewer"}
"""Roles that Kubernetes gives to everybody itself: what they tell is no secret."""


def judge(it: Subject, world: World) -> Judgment:
    """By what the manifest says."""
    told = it.read("manifest")
    found, unclear = those(told.get("subjects") or (), lambda one: _said(one, told))
    if found:
        said = " and ".join(sorted({_said(one, told) for one in found}))
        is_worse = any(one.get("name") == _EVERYBODY for one in found)
        return fails(f"{it.label} gives rights to {said}", Severity.HIGH if is_worse else None)
    if unclear:
        raise UnknownError(unclear)
    return passes("the default account is given nothing")


def _said(subject: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    """Whom a subject means, if the default account is among them."""
    kind, name = subject.get("kind"), str(subject.get("name"))
    if kind == "Group" and name == _EVERYBODY and not _is_brought(manifest):
        return f"{name}, which every account is in, the default one too"
    if kind == "Group" and name.split(":")[:2] == ["system", "serviceaccounts"]:
        return f"{name}, which the default account is in"
    return "the default account" if _is_default(kind, name) else ""


def _is_brought(manifest: Mapping[str, Any]) -> bool:
    role = manifest.get("roleRef") or {}
    return role.get("kind") == "ClusterRole" and role.get("name") in _BROUGHT


def _is_default(kind: object, name: str) -> bool:
    if kind == "ServiceAccount":
        return name == "default"
    return name.startswith("system:serviceaccount:") and name.endswith(":default")


def _everybody(role: str, kind: str = "ClusterRole") -> dict[str, Any]:
    subjects = [{"kind": "Group", "name": "system:authenticated"}]
    return {"subjects": subjects, "roleRef": {"kind": kind, "name": role}}


CASES = (
    case("everybody who signs in", FAIL, manifest=_everybody("edit")),
    case("everybody, as Kubernetes has it itself", PASS, manifest=_everybody("system:discovery")),
    case("everybody, by a role called so", FAIL, manifest=_everybody("system:discovery", "Role")),
    case(
        "all of a namespace",
        FAIL,
        manifest={"subjects": [{"kind": "Group", "name": "system:serviceaccounts:shop"}]},
    ),
    case(
        "as a user",
        FAIL,
        manifest={"subjects": [{"kind": "User", "name": "system:serviceaccount:shop:default"}]},
    ),
    case("own", PASS, manifest={"subjects": [{"kind": "ServiceAccount", "name": "shop"}]}),
    case("default", FAIL, manifest={"subjects": [{"kind": "ServiceAccount", "name": "default"}]}),
)
