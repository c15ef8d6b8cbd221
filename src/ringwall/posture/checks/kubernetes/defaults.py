"""What a namespace gives to containers that do not say it themselves, by a ``LimitRange``."""

from collections.abc import Mapping
from typing import Any, Final

from ringwall.posture.checking import Other, Subject, World, other
from ringwall.posture.checks.kubernetes.known import is_any

_KIND: Final = "k8s-limit-range"
READS: Final = ("listed", f"{_KIND}.listed", f"{_KIND}.manifest")
LIMIT: Final = ("default", "max")
REQUEST: Final = ("defaultRequest", "default", "max", "min")
"""Where a limit comes from, and a request: what is not written is taken from what comes next
(kubernetes, pkg/apis/core/v1/defaults.go, SetDefaults_LimitRangeItem)."""


def is_given(it: Subject, world: World, resource: str, names: tuple[str, ...]) -> bool:
    """Whether the namespace of a workload gives a resource to each container that says none.

    ``UnknownError`` where that hangs on what is filled in later. Where no code has a
    ``LimitRange`` it gives none: what a manifest does not say is told of it.
    """
    several = world.found(_KIND, account=it.account)
    space = it.read("listed").get("namespace") if several else None
    own = [one for one in several if one.read("listed").get("namespace") == space]
    return is_any(own, lambda one: _gives(one.read("manifest").get("spec") or {}, resource, names))


def _gives(spec: Mapping[str, Any], resource: str, names: tuple[str, ...]) -> bool:
    def is_of_all(item: Mapping[str, Any]) -> bool:
        if item.get("type") != "Container":
            return False
        return is_any(names, lambda name: (item.get(name) or {}).get(resource) is not None)

    return is_any(spec.get("limits") or (), is_of_all)


def limit_range(*, namespace: str = "shop", type_: str = "Container", **more: Any) -> Other:
    """One of a namespace, for cases."""
    manifest = {"spec": {"limits": [{"type": type_, **more}]}}
    return other(_KIND, listed={"namespace": namespace}, manifest=manifest)
