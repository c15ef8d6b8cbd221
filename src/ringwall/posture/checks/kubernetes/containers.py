"""Containers of pods, as checks ask about them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ringwall.posture.checking import Judgment, Subject, fails, passes

Wrong = Callable[[Mapping[str, Any], Mapping[str, Any]], bool]
"""Whether a container, beside its pod's spec, is not as it ought to be."""


def containers_of(pod: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """All of them: those that run, those that begin, and those that are added for debugging."""
    for name in ("initContainers", "containers", "ephemeralContainers"):
        yield from pod["spec"].get(name) or ()


def security_of(container: Mapping[str, Any], spec: Mapping[str, Any], name: str) -> Any:
    """A setting of a container's security context, else of its pod's."""
    own = (container.get("securityContext") or {}).get(name)
    return (spec.get("securityContext") or {}).get(name) if own is None else own


def judged(it: Subject, wrong: Wrong, bad: str, good: str) -> Judgment:
    """Fails with the names of the containers that are wrong."""
    pod = it.read("pod")
    names = [
        str(one.get("name", "unnamed")) for one in containers_of(pod) if wrong(one, pod["spec"])
    ]
    return fails(f"{', '.join(names)} of {it.label}: {bad}") if names else passes(good)


def pod(container: Mapping[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    """A pod for cases, with one container."""
    one = {"name": "app", "image": "shop:1.0", **(container or {})}
    return {"metadata": {}, "spec": {"containers": [one], **spec}}


def secured(**settings: Any) -> dict[str, Any]:
    """A pod for cases whose container has this security context."""
    return pod({"securityContext": settings})
