"""Rules of roles, as checks ask about them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ringwall.posture.checking import Judgment, Subject, fails, passes
from ringwall.posture.checks.kubernetes.known import is_any

_ANY = "*"
_ALL = frozenset({"cluster-admin", "system:masters"})
"""Whoever gets at one of these by its name gets at everything."""
_OF_CLUSTER: Final = frozenset(
    {
        "certificatesigningrequests/approval",
        "clusterrolebindings",
        "groups",
        "mutatingwebhookconfigurations",
        "nodes/proxy",
        "users",
        "validatingwebhookconfigurations",
    }
)
"""What is in no namespace: a Role, which is of one, gives none of it, whatever it says."""
_BROUGHT: Final = frozenset({"cluster-admin", "admin", "edit", "view"})


def allowing(
    manifest: Mapping[str, Any], verbs: Iterable[str], resources: Iterable[str], group: str = ""
) -> bool:
    """Whether a role allows any of these verbs on any of these resources of an API group."""
    several = set(resources) - (_OF_CLUSTER if manifest.get("kind") == "Role" else set())
    named = {each for name in several for each in _named(name)}

    def gives(rule: Mapping[str, Any]) -> bool:
        return (
            has(rule.get("apiGroups"), {_ANY, group})
            and has(rule.get("resources"), named)
            and has(rule.get("verbs"), {_ANY, *verbs})
            and has(rule.get("resourceNames") or _ALL, _ALL)
        )

    return bool(several) and is_any(manifest.get("rules") or (), gives)


def has(told: Iterable[Any] | None, wanted: Iterable[str]) -> bool:
    """Whether any of these is in a list of a rule."""
    return is_any(told or (), frozenset(wanted).__contains__)


def _named(resource: str) -> set[str]:
    """The ways to name a resource: ``pods/exec`` is meant by ``*/exec``, too."""
    _, slash, part = resource.partition("/")
    return {_ANY, resource} | ({f"{_ANY}/{part}"} if slash else set())


def is_own(it: Subject) -> bool:
    """Whether it is one that Kubernetes brings itself: anybody may write the label alone."""
    metadata = it.read("manifest").get("metadata") or {}
    if (metadata.get("labels") or {}).get("kubernetes.io/bootstrapping") != "rbac-defaults":
        return False
    name = str(metadata.get("name") or "")
    return name.startswith("system:") or name in _BROUGHT


def granted(
    it: Subject, verbs: Iterable[str], resources: Iterable[str], told: str, group: str = ""
) -> Judgment | None:
    """Fails where a role allows it; not judged where Kubernetes brings the role itself."""
    if is_own(it):
        return None
    if allowing(it.read("manifest"), verbs, resources, group):
        return fails(f"{it.label} {told}")
    return passes("the role does not allow it")


def role(verbs: list[str], resources: list[str], group: str = "") -> dict[str, Any]:
    """A role for cases."""
    rule = {"apiGroups": [group], "resources": resources, "verbs": verbs}
    return {"kind": "ClusterRole", "metadata": {"name": "it"}, "rules": [rule]}


def within(**role: Any) -> dict[str, Any]:
    """The same role for cases, of a namespace alone."""
    return role | {"kind": "Role"}


def brought(name: str) -> dict[str, Any]:
    """A role for cases that says Kubernetes brought it."""
    labels = {"kubernetes.io/bootstrapping": "rbac-defaults"}
    return {"kind": "ClusterRole", "metadata": {"name": name, "labels": labels}}
