"""Resources of Terraform's provider for Kubernetes to the same components as manifests.

Its blocks and arguments are those of manifests under names of Terraform's own. Where nothing is
written the provider sends some values that Kubernetes would have decided otherwise.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from ringwall.core.observations import Collected
from ringwall.posture.code.aws.declaring import API, account_of, part
from ringwall.posture.code.aws.variables import variable
from ringwall.posture.code.kubernetes import manifests
from ringwall.posture.code.kubernetes.forms import Each, Odd, Plain
from ringwall.posture.code.reading import Remark
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.code.terraform.values import (
    Existing,
    Given,
    Outside,
    PartialText,
    Reference,
)
from ringwall.posture.snapshot.partial import Assumed, Unknown

KINDS: Final = manifests.KINDS
_MANIFEST: Final = "kubernetes_manifest"
_RBAC: Final = "rbac.authorization.k8s.io/v1"
_DECLARED: Final[Mapping[str, tuple[str, str]]] = {
    "pod": ("v1", "Pod"),
    "replication_controller": ("v1", "ReplicationController"),
    "deployment": ("apps/v1", "Deployment"),
    "stateful_set": ("apps/v1", "StatefulSet"),
    "daemonset": ("apps/v1", "DaemonSet"),
    "daemon_set": ("apps/v1", "DaemonSet"),
    "job": ("batch/v1", "Job"),
    "cron_job": ("batch/v1", "CronJob"),
    "role": (_RBAC, "Role"),
    "cluster_role": (_RBAC, "ClusterRole"),
    "role_binding": (_RBAC, "RoleBinding"),
    "cluster_role_binding": (_RBAC, "ClusterRoleBinding"),
    "service_account": ("v1", "ServiceAccount"),
    "default_service_account": ("v1", "ServiceAccount"),
    "network_policy": ("networking.k8s.io/v1", "NetworkPolicy"),
    "service": ("v1", "Service"),
    "ingress": ("networking.k8s.io/v1", "Ingress"),
    "secret": ("v1", "Secret"),
    "config_map": ("v1", "ConfigMap"),
    "namespace": ("v1", "Namespace"),
}
_VERSIONS: Final = ("", "_v1", "_v1beta1")
_OUTSIDE: Final = (Given, Reference, Existing, Outside)
_TRUTHS: Final = {"true": True, "false": False}
_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_LEANED_ON: Final = frozenset({"NetworkPolicy", "ServiceAccount"})
"""Kinds by which others are judged: one that may not be there protects nobody for certain."""
APPLYING: Final = frozenset(
    {
        _MANIFEST,
        "argocd_application",
        "helm_release",
        "k8s_manifest",
        "kubectl_manifest",
        "kustomization_resource",
    }
)
"""Types that bring into the cluster what is not read, among it maybe network policies."""


def components(code: Resources) -> Iterator[Collected]:
    """What Kubernetes is given, each by the address of its resource."""
    for name, (group, kind) in _DECLARED.items():
        for version in _VERSIONS:
            for one in code.of(f"kubernetes_{name}{version}"):
                form = manifests.form_of_kind(kind)
                value = _written(one.values, form)
                if name == "default_service_account" and isinstance(value.get("metadata"), dict):
                    value["metadata"].setdefault("name", "default")
                made = {"apiVersion": group, "kind": kind} | _sent(kind, value, one)
                yield _component(code, one, made)
    for one in code.of(_MANIFEST):
        value = one.get("manifest")
        if manifests.is_manifest(value) and manifests.kind_of(value):
            yield _component(code, one, dict(value))


def unjudged(code: Resources) -> Counter[str]:
    """Manifests within resources that nobody judges, by kind where that is known."""
    found = Counter[str]()
    for one in code.of(_MANIFEST):
        value = one.get("manifest")
        found.update(manifests.unjudged(value) if manifests.is_manifest(value) else [_MANIFEST])
    return found


def _component(code: Resources, one: Instance, value: dict[str, Any]) -> Collected:
    value = _legible(code, _labelled(code, value))
    if one.doubt and value["kind"] in _LEANED_ON:
        spec = Unknown(one.doubt)
        value |= {"spec": spec, "automountServiceAccountToken": spec}
    odd: list[Odd] = []
    made = manifests.component(
        value, one.place, odd, named=(f"{API}:{one.name}", one.address, account_of(one.root))
    )
    if odd:
        more = f", and {len(odd) - 1} more" if odd[1:] else ""
        why = f"{one.written}: {odd[0]}{more}"
        code.broken.append(Remark(one.place, why, is_broken=True, is_judged=True))
    return made


def _labelled(code: Resources, value: dict[str, Any]) -> dict[str, Any]:
    """A namespace with the labels that other resources give it: by these it enforces standards."""
    several, metadata = list(code.of("kubernetes_labels")), value.get("metadata")
    if value["kind"] != "Namespace" or not isinstance(metadata, dict):
        return value
    labels: Any = metadata.get("labels") or {}
    for one in several:
        kind, name = one.get("kind"), part(one.block("metadata"), "name")
        own, more = metadata.get("name"), one.get("labels", {})
        if kind != "Namespace" and not isinstance(kind, Unknown):
            continue
        if isinstance(name, str) and isinstance(own, str) and name != own:
            continue
        is_sure = kind == "Namespace" and name == own and isinstance(name, str) and not one.doubt
        if is_sure and isinstance(more, dict) and isinstance(labels, dict):
            labels = labels | more
        else:
            labels = Unknown(f"{one.written} of {one.place} may give it labels")
    return value | {"metadata": metadata | ({"labels": labels} if labels else {})}


def _written(value: Any, form: Any) -> Any:
    """Arguments and blocks under the names that a manifest has for them, and of its form.

    What is null, or a list without anything, is as good as not written.
    """
    names = {one.lower(): one for one in form}
    made: dict[str, Any] = {}
    for key, one in value.items():
        if one is None or one == []:
            continue
        flat = key.replace("_", "").lower()
        name = names.get(flat) or names.get(f"{flat}s") or _camel(key)
        told = _argument(one, form.get(name, Plain.ANY))
        if told is not None:
            made[name] = told
    return made


def _argument(value: Any, form: Any) -> Any:
    if isinstance(value, Unknown) or value is None:
        return value
    if isinstance(form, Plain):
        return _plain(value, form)
    if isinstance(form, Each) and not form.named:
        several = [value] if isinstance(value, dict) else value
        return _each(several, form.one) if isinstance(several, list) else value
    if isinstance(value, list):  # a block that there may be one of
        value = value[0] if value else None
        if isinstance(form, Mapping) and isinstance(value, dict):
            return _written(value, form)
        return value
    if isinstance(form, Mapping) and form and isinstance(value, dict):
        return _written(value, form)
    return value


def _each(several: list[Any], form: Any) -> list[Any]:
    return [{} if one is None else _argument(one, form) for one in several]


def _plain(value: Any, form: Plain) -> Any:
    """Terraform makes a truth value or a number of a text that is one; ``""`` is none."""
    if form is Plain.ANY:
        return _blocks(value)
    if not isinstance(value, str) or form in {Plain.TEXT, Plain.IMAGE}:
        return value
    if form is Plain.BOOL:
        return _TRUTHS.get(value, value or None)
    if form is Plain.NUMBER:
        return int(value) if _NUMBER.fullmatch(value) else value or None
    return value or None


def _blocks(value: Any) -> Any:
    """Blocks of which no form is known; maps keep their keys, which are people's own."""
    if isinstance(value, list):
        return [_written(one, {}) if isinstance(one, dict) else one for one in value]
    return value


def _camel(name: str) -> str:
    first, *more = name.split("_")
    return first + "".join(one.capitalize() for one in more)


def _sent(kind: str, value: dict[str, Any], one: Instance) -> dict[str, Any]:
    """With what the provider sends where nothing is written, by its schemas of version 2 and 3."""
    if kind == "ServiceAccount":
        return {"automountServiceAccountToken": True} | value
    if kind == "Secret":  # the provider encodes it: what is written is the secret itself
        plain, encoded = value.pop("data", None), value.pop("binaryData", None)
        several = [part for part in (plain, one.get("data_wo")) if part is not None]
        whole = next((part for part in several if not isinstance(part, dict)), None)
        told = whole if whole is not None else {k: v for part in several for k, v in part.items()}
        return value | {"stringData": told} | ({} if encoded is None else {"data": encoded})
    pods = manifests.pods_of(kind)
    return value if pods is None else _within(value, (*pods, "spec"), _sent_pod)


def _within(
    value: Any, keys: tuple[str, ...], change: Callable[[dict[str, Any]], dict[str, Any]]
) -> Any:
    """A value with a part of it changed, where that is there and known."""
    if not isinstance(value, dict):
        return value
    if not keys:
        return change(value)
    (key, *more) = keys
    return value | {key: _within(value[key], tuple(more), change)} if key in value else value


def _sent_pod(spec: dict[str, Any]) -> dict[str, Any]:
    context = partial(_within, keys=("securityContext",), change=_sent_security)
    return {"automountServiceAccountToken": True} | _each_container(spec, context)


def _sent_security(context: dict[str, Any]) -> dict[str, Any]:
    """A container's context is sent whole, and outweighs that of its pod."""
    return {"runAsNonRoot": False, "privileged": False, "readOnlyRootFilesystem": False} | context


def _each_container(spec: dict[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
    """A pod's spec with each of its containers changed, as far as they are known."""
    lists = {
        name: [change(one) for one in several]
        for name in ("containers", "initContainers")
        if isinstance(several := spec.get(name), list)
    }
    return spec | lists


def _legible(code: Resources, value: dict[str, Any]) -> dict[str, Any]:
    """With stand-ins for what is not written in the code, where it is asked what is written."""
    kind = value["kind"]
    if kind == "Secret":
        parts = [part for part in ("stringData", "data") if part in value]
        return value | {part: _outside_all(value[part]) for part in parts}
    if kind == "ConfigMap":
        return dict(_within(value, ("data",), partial(_variables, code)))
    pods = manifests.pods_of(kind)
    if pods is None:
        return value
    each = partial(_each_container, change=partial(_environment, code))
    return dict(_within(value, (*pods, "spec"), each))


def _variables(code: Resources, data: dict[str, Any]) -> dict[str, Any]:
    return {key: variable(code, key, one) for key, one in data.items()}


def _environment(code: Resources, container: Any) -> Any:
    env = container.get("env") if isinstance(container, dict) else None
    if not isinstance(env, list):
        return container
    return container | {"env": [_variable(code, one) for one in env]}


def _variable(code: Resources, one: Any) -> Any:
    if not isinstance(one, dict) or not isinstance(one.get("value"), Unknown):
        return one
    return one | {"value": variable(code, one.get("name"), one["value"])}


def _outside_all(data: Any) -> Any:
    if isinstance(data, _OUTSIDE):
        return {}
    return {key: _outside(one) for key, one in data.items()} if isinstance(data, dict) else data


def _outside(value: Any) -> Any:
    """What whoever applies it brings, or what is made only then, is not in the code."""
    if isinstance(value, _OUTSIDE):
        return Assumed("${given}")
    if isinstance(value, PartialText) and all(
        isinstance(one, (str, *_OUTSIDE)) for one in value.parts
    ):
        return Assumed("".join(one if isinstance(one, str) else "${given}" for one in value.parts))
    return value
