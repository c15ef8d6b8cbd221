"""Manifests to components: what runs pods is one kind, ``k8s-workload``, whatever makes them."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ringwall.core.components import Found
from ringwall.core.observations import Collected, Observation, Place, State
from ringwall.posture.code.documents import Document
from ringwall.posture.snapshot.partial import Unknown

ACCOUNT: Final = "code"
_PODS: Final[Mapping[str, tuple[str, ...]]] = {
    "Pod": (),
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
_KINDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(_PODS, "k8s-workload"),
    "Role": "k8s-role",
    "ClusterRole": "k8s-role",
    "RoleBinding": "k8s-role-binding",
    "ClusterRoleBinding": "k8s-role-binding",
    "ServiceAccount": "k8s-service-account",
    "NetworkPolicy": "k8s-network-policy",
    "Service": "k8s-service",
    "Ingress": "k8s-ingress",
    "Secret": "k8s-secret",
    "ConfigMap": "k8s-config-map",
    "Namespace": "k8s-namespace",
}
_GROUPS: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(
        (
            "Pod",
            "ReplicationController",
            "ServiceAccount",
            "Service",
            "Secret",
            "ConfigMap",
            "Namespace",
        ),
        frozenset({""}),
    ),
    **dict.fromkeys(
        ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"),
        frozenset({"apps", "extensions"}),
    ),
    **dict.fromkeys(("Job", "CronJob"), frozenset({"batch"})),
    **dict.fromkeys(
        ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"),
        frozenset({"rbac.authorization.k8s.io", "authorization.openshift.io"}),
    ),
    **dict.fromkeys(("NetworkPolicy", "Ingress"), frozenset({"networking.k8s.io", "extensions"})),
}
"""By kind the API groups in which it is taken for that: a Service of Knative is something else."""
KINDS: Final = tuple(sorted(set(_KINDS.values())))
_CLUSTER: Final = frozenset({"ClusterRole", "ClusterRoleBinding", "Namespace"})


def is_manifest(value: Any) -> bool:
    """Whether a document says that it is one of Kubernetes."""
    return isinstance(value, dict) and "apiVersion" in value and isinstance(value.get("kind"), str)


def components(document: Document, path: str) -> Iterator[Collected]:
    """What a manifest declares, each of a list of them; nothing of kinds that nobody judges."""
    value = document.value
    if not is_manifest(value):
        return
    if (several := _items(value)) is not None:
        for at, one in enumerate(several):
            if is_manifest(one):
                line = document.lines.get(("items", at), document.line)
                yield from _component(one, Place(path, line))
        return
    yield from _component(value, Place(path, document.line, document.end))


def _items(value: dict[str, Any]) -> list[Any] | None:
    """What a list has; a list of one kind says once what each is. ``None`` where it is none."""
    kind, several = value["kind"], value.get("items")
    if not kind.endswith("List") or not isinstance(several, list):
        return None
    if kind == "List":
        return several
    said = {"apiVersion": value["apiVersion"], "kind": kind.removesuffix("List")}
    return [said | one if isinstance(one, dict) else one for one in several]


def unjudged(value: Any) -> list[str]:
    """Kinds that are declared here and that nobody judges, one for each, with their API."""
    if not is_manifest(value):
        return []
    if (several := _items(value)) is not None:
        return [told for one in several for told in unjudged(one)]
    return [] if kind_of(value) else [f"{value['apiVersion']}/{value['kind']}"]


def kind_of(value: Any) -> str:
    """The kind of component that a manifest is, ``""`` where nobody judges such."""
    group, slash, _ = str(value["apiVersion"]).partition("/")
    is_it = (group if slash else "") in _GROUPS.get(value["kind"], ())
    return _KINDS[value["kind"]] if is_it else ""


def _component(value: dict[str, Any], place: Place) -> Iterator[Collected]:
    kind = kind_of(value)
    metadata = value.get("metadata")
    if not kind or not isinstance(metadata, dict):
        return
    name = str(metadata.get("name") or metadata.get("generateName") or "unnamed")
    space = "" if value["kind"] in _CLUSTER else str(metadata.get("namespace") or "default")
    labels = metadata.get("labels")
    pairs = labels.items() if isinstance(labels, dict) else ()
    found = Found(
        kind=kind,
        name=f"{place.path}:{space}/{value['kind']}/{name}",
        label=f"{value['kind']} {space + '/' if space else ''}{name}",
        account=ACCOUNT,
        tags=tuple(sorted((str(key), str(one)) for key, one in pairs)),
    )
    if value.get("aggregationRule"):
        value = value | {
            "rules": Unknown("its rules are those of others, put together in the cluster")
        }
    listed = {"kind": value["kind"], "name": name, "namespace": space, "labels": labels or {}}
    aspects = {"listed": _known(listed, place), "manifest": _known(value, place)}
    if value["kind"] in _PODS:
        aspects["pod"] = _pod(value, place)
    yield Collected(found=found, aspects=aspects, place=place)


def _pod(value: dict[str, Any], place: Place) -> Observation:
    inner: Any = value
    for key in _PODS[value["kind"]]:
        inner = inner.get(key) if isinstance(inner, dict) else None
    spec = inner.get("spec") if isinstance(inner, dict) else None
    several = spec.get("containers") if isinstance(spec, dict) else None
    if not isinstance(several, list) or not all(isinstance(one, dict) for one in several):
        return Observation(
            State.ERROR, api=f"manifest {place}", why=f"the {value['kind']} has no containers"
        )
    metadata = inner.get("metadata") if isinstance(inner.get("metadata"), dict) else {}
    return _known({"metadata": metadata, "spec": spec}, place)


def _known(value: Any, place: Place) -> Observation:
    return Observation(State.KNOWN, value, f"manifest {place}")
