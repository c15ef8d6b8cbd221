"""Who asks, and whether a policy names them.

IAM User Guide, "AWS JSON policy elements: Principal" and "NotPrincipal".
"""

import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from ringwall.posture.permissions.statements import Document, Effect, Principals
from ringwall.posture.permissions.truth import Truth

_ARN: Final = re.compile(r"arn:([\w-]+):(iam|sts)::(\d{12}):(.+)")


class PrincipalKind(StrEnum):
    """What somebody is who asks."""

    USER = "user"
    ROLE = "role"
    SESSION = "session"
    ROOT = "root"
    FEDERATED_USER = "federated user"
    SERVICE = "service"
    WEB = "web identity"
    ANONYMOUS = "anonymous"


class Named(IntEnum):
    """How a statement names somebody, from not at all to by themselves."""

    NO = 0
    ACCOUNT = 1
    """Their account, which leaves it to that account's own policies."""
    ROLE = 2
    """The role of their session: boundary and session policies still bound it."""
    DIRECTLY = 3


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who asks. ``role`` is the ARN of the role behind a session, where it is known."""

    kind: PrincipalKind
    arn: str
    account: str = ""
    name: str = ""
    role: str = ""

    @property
    def is_of_account(self) -> bool:
        """Whether it belongs to an account, and so has that account's policies."""
        return bool(self.account)


COGNITO: Final = "cognito-identity.amazonaws.com"
"""A service by name, a provider of identities by what it does."""
ANONYMOUS: Final = Principal(PrincipalKind.ANONYMOUS, "*")


def principal(said: str, *, role: str = "") -> Principal:
    """Whoever an ARN, a service's name or ``*`` stands for. ``ValueError`` where that is nobody.

    ``role`` is the ARN of a session's role, which differs from what its own ARN tells where the
    role has a path.
    """
    if said == "*":
        return ANONYMOUS
    found = _ARN.fullmatch(said)
    if found is None:
        if said == COGNITO:
            return Principal(PrincipalKind.WEB, said)
        if re.fullmatch(r"[\w.-]+\.amazonaws\.com(?:\.cn)?", said):
            return Principal(PrincipalKind.SERVICE, said.lower())
        if "/" in said or "." in said:
            return Principal(PrincipalKind.WEB, said)
        msg = f'"{said}" is no principal: an ARN of a user, role or session, a service, or "*"'
        raise ValueError(msg)
    partition, _, account, rest = found.groups()
    kind, _, name = rest.partition("/")
    if rest == "root":
        return Principal(PrincipalKind.ROOT, said, account)
    if kind == "user":
        return Principal(PrincipalKind.USER, said, account, name.rpartition("/")[2])
    if kind == "role":
        return Principal(PrincipalKind.ROLE, said, account, name.rpartition("/")[2], said)
    if kind == "assumed-role":
        role_name, _, _ = name.partition("/")
        guessed = f"arn:{partition}:iam::{account}:role/{role_name}"
        return Principal(PrincipalKind.SESSION, said, account, role_name, role or guessed)
    if kind == "federated-user":
        return Principal(PrincipalKind.FEDERATED_USER, said, account, name)
    if kind in {"saml-provider", "oidc-provider"}:
        return Principal(PrincipalKind.WEB, said)
    msg = f'"{said}" is the ARN of no principal'
    raise ValueError(msg)


def named(who: Principal, principals: Principals, *, to_deny: bool = False) -> Named:
    """How a ``Principal`` element names somebody.

    Whoever takes a role chooses the name of the session: a role without one counts as each of its
    sessions where they are allowed something, and as none where they are denied it.
    """
    if principals.everyone:
        return Named.DIRECTLY
    if who.kind is PrincipalKind.ANONYMOUS:
        return Named.NO
    if who.kind is PrincipalKind.SERVICE:
        return Named.DIRECTLY if who.arn in principals.services else Named.NO
    if who.kind is PrincipalKind.WEB:
        return Named.DIRECTLY if who.arn in principals.federated else Named.NO
    if who.kind is PrincipalKind.ROLE:
        if not to_deny and any(_is_session_of(who, one) for one in principals.arns):
            return Named.DIRECTLY
    elif who.arn in principals.arns:
        return Named.DIRECTLY
    if who.role and who.role in principals.arns:
        return Named.ROLE
    if who.account in principals.accounts:
        return Named.DIRECTLY if who.kind is PrincipalKind.ROOT else Named.ACCOUNT
    return Named.NO


def _is_session_of(role: Principal, arn: str) -> bool:
    return f":sts::{role.account}:assumed-role/{role.name}/" in arn


def excepted(who: Principal, principals: Principals) -> Truth:
    """Whether a ``NotPrincipal`` element of a Deny spares somebody.

    All that they are has to stand there: themselves and their account, of a session its role, too.
    Where only a part does, AWS says that it "might" deny, and so it is not known.
    """
    if principals.everyone:
        return Truth.YES
    how = named(who, principals)
    if how in {Named.NO, Named.ACCOUNT}:
        return Truth.NO
    if not who.is_of_account or who.kind is PrincipalKind.ROOT:
        return Truth.YES
    whole = who.account in principals.accounts and (not who.role or who.role in principals.arns)
    return Truth.YES if whole and how is Named.DIRECTLY else Truth.UNKNOWN


def mentions(document: Document, number: str) -> bool:
    """Whether a policy may let in somebody of an account: what it says of them is asked after."""
    if document.faults:
        return True
    return any(
        one.effect is Effect.ALLOW
        and (
            one.principals is None
            or one.but_principals
            or one.principals.everyone
            or number in one.principals.accounts
            or any(f":{number}:" in arn for arn in one.principals.arns)
        )
        for one in document.statements
    )
