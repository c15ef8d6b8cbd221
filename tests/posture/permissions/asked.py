"""Policies and requests in few words, for the stories beside."""

from collections.abc import Mapping
from typing import Any

from ringwall.posture.permissions.deciding import Decision, decide
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.policies import Policies
from ringwall.posture.permissions.principals import principal
from ringwall.posture.permissions.requests import ABSENT, Context, Request
from ringwall.posture.permissions.statements import Document, Kind

ACCOUNT = "111122223333"
OTHER = "444455556666"
ANA = f"arn:aws:iam::{ACCOUNT}:user/ana"
BOB = f"arn:aws:iam::{OTHER}:user/bob"
APP = f"arn:aws:iam::{ACCOUNT}:role/app"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/night"


def policy(*statements: Mapping[str, Any]) -> dict[str, Any]:
    """A policy as it is written."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    """A statement that allows."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    """A statement that denies."""
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def lets(who: Any, action: str = "sts:AssumeRole", **more: Any) -> dict[str, Any]:
    """A statement of a trust policy."""
    return {"Effect": "Allow", "Principal": who, "Action": action, **more}


def document(*statements: Mapping[str, Any], kind: Kind = Kind.IDENTITY) -> Document:
    """A policy, read."""
    return read(policy(*statements), name=f"the {kind}", kind=kind)


def asked(
    who: str,
    action: str,
    resource: str,
    *,
    identity: tuple[Document, ...] = (),
    resource_policy: Document | None = None,
    boundary: Document | None = None,
    session: Document | None = None,
    scps: tuple[tuple[Document, ...], ...] = (),
    rcps: tuple[tuple[Document, ...], ...] = (),
    context: Mapping[str, Any] | None = None,
    owner: str = ACCOUNT,
) -> Decision:
    """What comes of a request of which all is known."""
    said = Context.of(context or {}, rest=ABSENT)
    return decide(
        Request(action, resource, principal(who), said, owner),
        Policies(
            identity=identity,
            resource=resource_policy,
            boundary=boundary,
            session=(session,) if session else None,
            scps=scps,
            rcps=rcps,
        ),
    )
