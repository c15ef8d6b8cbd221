"""Clusters of EKS: who comes to their interface, their machines, and the roles of their pods.

A cluster is a place: that of somebody who runs something in it. What runs in it is not read, so
all that leads over it may be.
"""

from collections.abc import Iterator
from typing import Final

from ringwall.posture.checking import Subject
from ringwall.posture.checks.aws.openings import is_open
from ringwall.posture.checks.aws.ways.looking import Looking
from ringwall.posture.permissions.accounts import Identity
from ringwall.posture.permissions.deciding import Outcome, decide
from ringwall.posture.permissions.needing import Workload
from ringwall.posture.permissions.networks import Addresses
from ringwall.posture.permissions.paths import INTERNET, Hop
from ringwall.posture.permissions.policies import Policies
from ringwall.posture.permissions.principals import principal
from ringwall.posture.permissions.requests import Context, Request

CLUSTER: Final = "aws-eks-cluster"
POD_IDENTITY: Final = "aws-eks-pod-identity"
KINDS: Final = (CLUSTER, POD_IDENTITY)
READS: Final = (f"{CLUSTER}.described", f"{POD_IDENTITY}.listed", f"{POD_IDENTITY}.described")
_OWNED: Final = "kubernetes.io/cluster/"
_NAMED: Final = "eks:cluster-name"


def clusters(it: Looking) -> Iterator[Hop]:
    """Of each cluster, who may come into it and whom its pods may be."""
    for one in it.all(CLUSTER):
        yield from _machines(it, one)
        with it.each():
            yield from _interface(one)
        with it.each():
            yield from _vouched(it, one)
        for identity in it.all(POD_IDENTITY):
            with it.each():
                yield from _given(one, identity)


def places(it: Looking) -> list[Workload]:
    """Each cluster as what whoever administers it comes to: the place from which its pods lead."""
    return [Workload(CLUSTER, one.name, one.name, one.tags or None) for one in it.all(CLUSTER)]


def _interface(one: Subject) -> Iterator[Hop]:
    network = one.read("described").get("resourcesVpcConfig") or {}
    cidrs = network.get("publicAccessCidrs") or ["0.0.0.0/0"]
    if network.get("endpointPublicAccess", True) is not False and is_open(Addresses.of(cidrs)):
        yield Hop(
            INTERNET,
            one.name,
            f"everybody reaches the interface of {one.label}, and is in with a token that got out",
            is_certain=False,
            effort=2,
            by=(f"public access of {one.label}",),
            mend=f"take the public access of {one.label} away, or name the networks that may come",
        )


def _machines(it: Looking, one: Subject) -> Iterator[Hop]:
    for identifier, instance in it.instances.items():
        tags = instance.tags
        if instance.region == one.region and (
            tags.get(_NAMED) == one.label or f"{_OWNED}{one.label}" in tags
        ):
            how = (
                f"{identifier} is a machine of {one.label}, and its pods may be whatever runs there"
            )
            mend = (
                f"let pods of {one.label} that have roles run on other machines than {identifier}"
            )
            yield Hop(instance.name, one.name, how, is_certain=False, effort=5, mend=mend)


def _vouched(it: Looking, one: Subject) -> Iterator[Hop]:
    """The roles whose trust policy lets in what the cluster vouches for."""
    issuer = str(
        ((one.read("described").get("identity") or {}).get("oidc") or {}).get("issuer") or ""
    )
    host = issuer.partition("://")[2]
    if not host:
        return
    provider = f"arn:{one.name.split(':')[1]}:iam::{one.account}:oidc-provider/{host}"
    for role in it.account.roles.values():
        if _lets_in(role, provider, host):
            how = f"a pod of {one.label} may be {role.name}, for which the cluster vouches"
            yield _to(one, role.arn, how)


def _lets_in(role: Identity, provider: str, host: str) -> bool:
    """Whether it lets in some service account; which one, conditions on its subject say."""
    said = Context.of({f"{host}:aud": "sts.amazonaws.com"})
    asked = Request("sts:AssumeRoleWithWebIdentity", role.arn, principal(provider), said)
    if role.trust is None:
        return False
    return decide(asked, Policies(resource=role.trust)).outcome is not Outcome.DENIED


def _given(one: Subject, identity: Subject) -> Iterator[Hop]:
    listed = identity.read("listed")
    if listed.get("clusterName") == one.label and identity.region == one.region:
        role = str(identity.read("described").get("roleArn") or "")
        account = f"{listed.get('namespace')}/{listed.get('serviceAccount')}"
        if role:
            name = role.rpartition("/")[2]
            yield _to(one, role, f"pods of {account} in {one.label} are {name}")


def _to(one: Subject, role: str, how: str) -> Hop:
    mend = f"let fewer pods of {one.label} be {role.rpartition('/')[2]}"
    return Hop(one.name, role, how, is_certain=False, effort=4, mend=mend)
