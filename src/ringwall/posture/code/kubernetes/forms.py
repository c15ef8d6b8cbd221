"""The form of manifests, as far as anything is judged by it: what stands where a value belongs.

A text such as ``${HOST_NETWORK}`` where a truth value belongs is filled in later, and not known.
What Kubernetes would refuse there is odd, and not known either: it never counts as not written.
"""

import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, Final, NamedTuple

from ringwall.posture.snapshot.partial import Unknown

At = tuple[str | int, ...]
_FILLED: Final = re.compile(
    r"\$[A-Za-z_{(]|\{\{|\{%|#\{|ENC\[|<[A-Za-z][^<>]*>|^__\w+__$|^@\w+@$|^%\w+%$"
)


class Plain(Enum):
    """What is neither a list nor a mapping."""

    BOOL = auto()
    NUMBER = auto()
    TEXT = auto()
    WORD = auto()
    """A text that decides something by what it says: one that is filled in later is not known."""
    IMAGE = auto()
    ANY = auto()


class Each(NamedTuple):
    """A list of these, or with ``named`` a mapping to them."""

    one: Any
    named: bool = False


class Odd(NamedTuple):
    """Where something has not the form that belongs there."""

    at: At
    is_one: str
    wanted: str

    def __str__(self) -> str:
        return f"{shown(self.at)} is {self.is_one}, where {self.wanted} belongs"


BOOL, NUMBER, TEXT, WORD = Plain.BOOL, Plain.NUMBER, Plain.TEXT, Plain.WORD
_WORDS: Final = Each(WORD)
_TEXTS: Final = Each(TEXT)
_NOTES: Final = Each(TEXT, named=True)
_SOME: Final[Mapping[str, Any]] = {}
"""A mapping of which nothing is judged but that it is there."""
_METADATA: Final = {
    "name": TEXT,
    "generateName": TEXT,
    "namespace": TEXT,
    "labels": _NOTES,
    "annotations": _NOTES,
}
_SECURITY: Final = {
    "runAsNonRoot": BOOL,
    "runAsUser": NUMBER,
    "seccompProfile": {"type": WORD},
    "windowsOptions": {"hostProcess": BOOL},
}
_RUN: Final = {"exec": {"command": _TEXTS}}
_CONTAINER: Final = {
    "name": TEXT,
    "image": Plain.IMAGE,
    "command": _TEXTS,
    "args": _TEXTS,
    "env": Each({"name": TEXT, "value": TEXT, "valueFrom": {"secretKeyRef": _SOME}}),
    "envFrom": Each({"secretRef": _SOME}),
    "ports": Each({"hostPort": NUMBER}),
    "resources": {"limits": _SOME, "requests": _SOME},
    "livenessProbe": _RUN,
    "readinessProbe": _RUN,
    "startupProbe": _RUN,
    "lifecycle": {"postStart": _RUN, "preStop": _RUN},
    "securityContext": {
        **_SECURITY,
        "privileged": BOOL,
        "allowPrivilegeEscalation": BOOL,
        "readOnlyRootFilesystem": BOOL,
        "procMount": WORD,
        "capabilities": {"add": _WORDS, "drop": _WORDS},
    },
}
_POD: Final = {
    "metadata": _METADATA,
    "spec": {
        "resources": {"limits": _SOME, "requests": _SOME},
        "hostNetwork": BOOL,
        "hostPID": BOOL,
        "hostIPC": BOOL,
        "hostUsers": BOOL,
        "shareProcessNamespace": BOOL,
        "automountServiceAccountToken": BOOL,
        "serviceAccountName": WORD,
        "serviceAccount": WORD,
        "containers": Each(_CONTAINER),
        "initContainers": Each(_CONTAINER),
        "ephemeralContainers": Each(_CONTAINER),
        "volumes": Each({"hostPath": {"path": WORD}}),
        "tolerations": Each({"key": WORD, "operator": WORD}),
        "securityContext": {
            **_SECURITY,
            "fsGroup": NUMBER,
            "supplementalGroups": Each(NUMBER),
            "sysctls": Each({"name": WORD}),
        },
    },
}
_ROLE: Final = {
    "rules": Each(
        {"apiGroups": _WORDS, "resources": _WORDS, "verbs": _WORDS, "resourceNames": _WORDS}
    ),
}
_BINDING: Final = {
    "roleRef": {"kind": WORD, "name": WORD},
    "subjects": Each({"kind": WORD, "name": WORD}),
}
_BLOCK: Final = {"cidr": TEXT, "except": _TEXTS}
_PEER: Final = {"ipBlock": _BLOCK, "podSelector": _SOME, "namespaceSelector": _SOME}
_OTHERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "Role": _ROLE,
    "ClusterRole": _ROLE,
    "RoleBinding": _BINDING,
    "ClusterRoleBinding": _BINDING,
    "ServiceAccount": {"automountServiceAccountToken": BOOL},
    "NetworkPolicy": {
        "spec": {
            "policyTypes": _WORDS,
            "podSelector": _SOME,
            "ingress": Each({"from": Each(_PEER), "ports": Each(_SOME)}),
        }
    },
    "LimitRange": {
        "spec": {
            "limits": Each(
                {
                    "type": WORD,
                    "default": _SOME,
                    "defaultRequest": _SOME,
                    "max": _SOME,
                    "min": _SOME,
                }
            )
        }
    },
    "Service": {
        "spec": {
            "type": WORD,
            "externalIPs": _TEXTS,
            "loadBalancerSourceRanges": _TEXTS,
            "loadBalancerClass": WORD,
        }
    },
    "Ingress": {
        "spec": {
            "ingressClassName": WORD,
            "tls": Each({"hosts": _TEXTS}),
            "rules": Each({"host": TEXT}),
        }
    },
    "Secret": {"data": _NOTES, "stringData": _NOTES},
    "ConfigMap": {"data": _NOTES},
}


def form_of(kind: str, pods: tuple[str, ...] | None) -> Mapping[str, Any]:
    """The form of a manifest; ``pods`` is where a kind that runs pods has theirs."""
    inner: Mapping[str, Any] = _OTHERS.get(kind, {}) if pods is None else _POD
    for key in reversed(pods or ()):
        inner = {key: inner}
    return {**inner, "metadata": _METADATA}


def shaped(value: Any, form: Any, odd: list[Odd], at: At = ()) -> Any:
    """The value with what is not known in the place of all that has not this form."""
    if value is None or form is Plain.ANY or isinstance(value, Unknown):
        return value
    if isinstance(form, Plain) and not _is_bare(value):
        return _plain(value, form, odd, at)
    if _is_bare(value) or (isinstance(value, str) and _FILLED.search(value)):
        return Unknown(f"{shown(at)} is a text that is filled in later")
    if isinstance(form, Each) and not form.named:
        if not isinstance(value, list):
            return _odd(value, "a list", odd, at)
        return [_element(one, form.one, odd, (*at, number)) for number, one in enumerate(value)]
    if not isinstance(value, dict):
        return _odd(value, "a mapping", odd, at)
    if isinstance(form, Each):
        return {key: shaped(one, form.one, odd, (*at, key)) for key, one in value.items()}
    made = {key: shaped(value[key], form[key], odd, (*at, key)) for key in form if key in value}
    return value | made


def _is_bare(value: Any) -> bool:
    """Whether it is ``{{ name }}`` without quotes, which YAML takes for a mapping by a mapping."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    ((key, inner),) = value.items()
    return inner is None and key.startswith("{") and key.endswith("}")


def shown(at: At) -> str:
    """A place within a manifest, as people write it: ``spec.containers[0].env``."""
    said = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in at)
    return said.removeprefix(".")


def _element(value: Any, form: Any, odd: list[Odd], at: At) -> Any:
    if value is None:
        return _odd(value, "a text" if isinstance(form, Plain) else "a mapping", odd, at)
    return shaped(value, form, odd, at)


def _plain(value: Any, form: Plain, odd: list[Odd], at: At) -> Any:
    is_text = isinstance(value, str)
    if is_text and form is not Plain.TEXT and _FILLED.search(_deciding(value, form)):
        return Unknown(f"{shown(at)} is a text that is filled in later")
    if form is Plain.BOOL:
        return value if isinstance(value, bool) else _odd(value, "true or false", odd, at)
    if form is Plain.NUMBER:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return value if is_number else _odd(value, "a number", odd, at)
    if isinstance(value, bool):  # one that was meant as a text is judged as that
        return str(value).lower()
    return value if is_text else _text(value, odd, at)


def _text(value: Any, odd: list[Odd], at: At) -> Any:
    return str(value) if isinstance(value, int | float) else _odd(value, "a text", odd, at)


def _deciding(value: str, form: Plain) -> str:
    """The part by which something is decided: of an image its version, if it has no digest."""
    if form is not Plain.IMAGE:
        return value
    return "" if "@sha256:" in value else value.rpartition("/")[2]


def _odd(value: Any, wanted: str, odd: list[Odd], at: At) -> Unknown:
    kinds = {dict: "a mapping", list: "a list", str: "a text", bool: "true or false"}
    is_one = "nothing" if value is None else kinds.get(type(value), "a number")
    one = Odd(at, is_one, wanted)
    odd.append(one)
    return Unknown(str(one))
