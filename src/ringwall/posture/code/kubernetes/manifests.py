"""Manifests to components: what runs pods is one kind, ``k8s-workload``, whatever makes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ringwall.core.components import Found
from ringwall.core.observations import Collected, Observation, Place, State
from ringwall.posture.code.documents import Document
from ringwall.posture.code.kubernetes.forms import At, Odd, form_of, shaped
from ringwall.posture.code.reading import Remark
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
    "LimitRange": "k8s-limit-range",
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
            "LimitRange",
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
POLICIES: Final = "NetworkPolicy"
"""What the names of kinds end with that are as good as one, such as those of Cilium and Calico."""
_CLUSTER: Final = frozenset({"ClusterRole", "ClusterRoleBinding", "Namespace"})


def is_manifest(value: Any) -> bool:
    """Whether a document says that it is one of Kubernetes."""
    return isinstance(value, dict) and "apiVersion" in value and isinstance(value.get("kind"), str)


@dataclass(slots=True)
class Read:
    """What a document declares, and what of it is not as it has to be."""

    components: list[Collected] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def read(document: Document, path: str) -> Read:
    """What a manifest declares, each of a list of them; nothing of kinds that nobody judges."""
    found, value = Read(), document.value
    if not is_manifest(value):
        return found
    _read_each(found, value, Place(path, document.line, document.end), document, ())
    return found


def _read_each(
    found: Read, value: Any, place: Place, document: Document, where: tuple[str | int, ...]
) -> None:
    """One manifest, or each of a list of them, which may have lists in it."""
    several = _items(value)
    if several is None:
        _read(found, value, place, document, where)
    for at, one in enumerate(several or ()):
        inner = (*where, "items", at)
        there = Place(place.path, document.lines.get(inner, place.line))
        if is_manifest(one):
            _read_each(found, one, there, document, inner)
        else:
            found.remarks.append(Remark(there, f"items[{at}] is no manifest", is_broken=True))


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


def _read(found: Read, value: dict[str, Any], place: Place, document: Document, at: At) -> None:
    """Put a manifest into what is found, if anybody judges its kind."""
    if not kind_of(value):
        return
    odd: list[Odd] = []
    one = component(value, place, odd)
    found.components.append(one)
    if odd:
        line = document.line_of((*at, *odd[0].at), place.line)
        more = f", and {len(odd) - 1} more" if odd[1:] else ""
        why = f"{one.found.label}: {odd[0]}{more}"
        found.remarks.append(Remark(Place(place.path, line), why, is_broken=True, is_judged=True))


def component(
    value: dict[str, Any], place: Place, odd: list[Odd], named: tuple[str, str, str] | None = None
) -> Collected:
    """The component that a manifest is, of a kind that is judged; ``odd`` gets what has no form.

    ``named`` is its name, what it is called where it has no name that is known, and its account,
    where something else than a file of manifests declares it.
    """
    kind, api = value["kind"], "manifest" if named is None else "terraform"
    value = shaped(value, form_of_kind(kind), odd)
    told = value.get("metadata")
    metadata = told if isinstance(told, dict) else {}
    asked = (metadata.get("name"), metadata.get("generateName"), "unnamed")
    if isinstance(told, dict | None) and not (asked[0] or asked[1]):
        odd.append(Odd(("metadata", "name"), "nothing", "a text"))
    name = next(one for one in asked if one and isinstance(one, str))
    space = "" if kind in _CLUSTER else _space(metadata.get("namespace"))
    label = f"{kind} {space + '/' if space else ''}{name}"
    if named is not None and name not in asked[:2]:
        label = named[1]
    labels = metadata.get("labels")
    pairs = labels.items() if isinstance(labels, dict) else ()
    found = Found(
        kind=kind_of(value),
        name=named[0] if named else f"{place.path}:{space}/{kind}/{name}",
        label=label,
        account=named[2] if named else ACCOUNT,
        tags=tuple(sorted((key, one) for key, one in pairs if isinstance(one, str))),
    )
    if value.get("aggregationRule"):
        value = value | {
            "rules": Unknown("its rules are those of others, put together in the cluster")
        }
    listed = {"kind": kind, "name": name, "namespace": space, "labels": labels or {}}
    listed |= _unclear(told, ("name",) if kind in _CLUSTER else ("name", "namespace"))
    aspects = {"listed": _known(listed, place, api), "manifest": _known(value, place, api)}
    if kind in _PODS:
        aspects["pod"] = _pod(value, place, api)
    return Collected(found=found, aspects=aspects, place=place)


def _unclear(metadata: Any, keys: tuple[str, ...]) -> dict[str, Unknown]:
    """What of its metadata is not known, by name."""
    if isinstance(metadata, Unknown):
        return dict.fromkeys((*keys, "labels"), metadata)
    told = metadata if isinstance(metadata, dict) else {}
    return {key: one for key in keys if isinstance(one := told.get(key), Unknown)}


def form_of_kind(kind: str) -> Mapping[str, Any]:
    """The form of a manifest of this kind."""
    return form_of(kind, _PODS.get(kind))


def pods_of(kind: str) -> tuple[str, ...] | None:
    """Where a kind has its pods, ``None`` where it runs none."""
    return _PODS.get(kind)


def _space(told: Any) -> str:
    return told if told and isinstance(told, str) else "default"


def _pod(value: dict[str, Any], place: Place, api: str) -> Observation:
    inner: Any = value
    for key in _PODS[value["kind"]]:
        inner = inner.get(key) if isinstance(inner, dict) else inner
    spec = inner.get("spec") if isinstance(inner, dict) else inner
    if isinstance(spec, Unknown):
        return Observation(State.ERROR, api=f"{api} {place}", why=spec.why)
    if not isinstance(spec, dict) or spec.get("containers") is None:
        return Observation(
            State.ERROR, api=f"{api} {place}", why=f"the {value['kind']} has no containers"
        )
    return _known({"metadata": inner.get("metadata") or {}, "spec": spec}, place, api)


def _known(value: Any, place: Place, api: str) -> Observation:
    return Observation(State.KNOWN, value, f"{api} {place}")
