"""Containers of pods, as checks ask about them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ringwall.posture.checking import Judgment, Subject, UnknownError, fails, passes
from ringwall.posture.checks.kubernetes.known import every, pairs, those
from ringwall.posture.snapshot.partial import Unknown

Wrong = Callable[[Mapping[str, Any], Mapping[str, Any]], bool]
"""Whether a container, beside its pod's spec, is not as it ought to be."""


def containers_of(pod: Mapping[str, Any]) -> Iterator[Any]:
    """All of them, also what is not known: those that run, begin, or are added for debugging."""
    for name in ("initContainers", "containers", "ephemeralContainers"):
        several = dict(pairs(pod["spec"])).get(name) or ()
        yield from (several,) if isinstance(several, Unknown) else every(several)


def security_of(container: Mapping[str, Any], spec: Mapping[str, Any], name: str) -> Any:
    """A setting of a container's security context, else of its pod's."""
    own = (container.get("securityContext") or {}).get(name)
    return (spec.get("securityContext") or {}).get(name) if own is None else own


def judged(it: Subject, wrong: Wrong, bad: str, good: str) -> Judgment:
    """Fails with the names of the containers that are wrong."""
    pod = it.read("pod")
    found, unclear = those(containers_of(pod), lambda one: wrong(one, pod["spec"]))
    if found:
        names = [str(one.get("name", "unnamed")) for one in found]
        return fails(f"{', '.join(names)} of {it.label}: {bad}")
    if unclear:
        raise UnknownError(unclear)
    return passes(good)


def pod(container: Mapping[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    """A pod for cases, with one container."""
    one = {"name": "app", "image": "shop:1.0", **(container or {})}
    return {"metadata": {}, "spec": {"containers": [one], **spec}}


def secured(**settings: Any) -> dict[str, Any]:
    """A pod for cases whose container has this security context."""
    return pod({"securityContext": settings})
