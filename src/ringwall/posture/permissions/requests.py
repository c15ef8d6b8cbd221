"""What is asked: who wants to do what to which resource, and what is known of the circumstances.

IAM User Guide, "AWS global condition context keys".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Final

from ringwall.posture.permissions.carrying import carries
from ringwall.posture.permissions.principals import Principal, PrincipalKind


class Left(Enum):
    """What a key has that has no values."""

    ABSENT = "absent"
    OPEN = "open"


ABSENT: Final = Left.ABSENT
OPEN: Final = Left.OPEN
Values = tuple[str, ...] | Left
_TYPES: Final = {
    PrincipalKind.USER: "User",
    PrincipalKind.ROLE: "AssumedRole",
    PrincipalKind.SESSION: "AssumedRole",
    PrincipalKind.ROOT: "Account",
    PrincipalKind.FEDERATED_USER: "FederatedUser",
    PrincipalKind.ANONYMOUS: "Anonymous",
}


_REGION: Final = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-\d+")
_ELSEWHERE: Final = re.compile(r"copy|readreplica|replication", re.IGNORECASE)
"""Calls that are made in another region than the one that what they are about stands in."""


@dataclass(frozen=True, slots=True)
class Context:
    """Condition keys, in lower case. ``families`` say the same of all keys that begin so.

    What stands nowhere is as ``rest`` says: ``OPEN``, it may be anything, or ``ABSENT``.
    """

    keys: Mapping[str, Values] = field(default_factory=dict)
    families: Mapping[str, Values] = field(default_factory=dict)
    rest: Left = OPEN

    @classmethod
    def of(
        cls, values: Mapping[str, str | list[str] | tuple[str, ...]], *, rest: Left = OPEN
    ) -> "Context":
        """A context of keys as people write them, each with a text or several."""
        return cls(
            {
                key.lower(): (one,) if isinstance(one, str) else tuple(one)
                for key, one in values.items()
            },
            rest=rest,
        )

    def with_keys(self, **several: Values) -> "Context":
        """The same with other keys; two underscores stand for the colon."""
        said = {key.lower().replace("__", ":"): value for key, value in several.items()}
        return Context({**self.keys, **said}, self.families, self.rest)

    def find(self, key: str) -> Values | None:
        """What is said of a key in lower case; ``None`` where nothing is."""
        found = self.keys.get(key)
        if found is None and self.families:
            found = next(
                (value for begin, value in self.families.items() if key.startswith(begin)), None
            )
        return found


@dataclass(frozen=True, slots=True)
class Request:
    """One call. ``resource`` is ``*`` for actions that know no resources.

    ``resource_account`` is for resources whose ARN has none, such as buckets.
    """

    action: str
    resource: str
    principal: Principal
    context: Context = field(default_factory=Context)
    resource_account: str = ""

    @property
    def owner(self) -> str:
        """The account the resource is in; without one, that of who asks."""
        if self.resource_account:
            return self.resource_account
        parts = self.resource.split(":", 5)
        account = parts[4] if len(parts) == 6 else ""
        return account if account.isdigit() else self.principal.account

    def values(self, key: str) -> Values:
        """The values of a condition key, in lower case: said, or following from the rest."""
        found = self.context.find(key)
        if found is not None:
            return found
        derived = _DERIVED.get(key)
        if derived is not None:
            return derived(self)
        return self.context.rest if carries(self.action.lower(), key) else ABSENT


def _user_name(request: Request) -> Values:
    who = request.principal
    return (who.name,) if who.kind is PrincipalKind.USER else ABSENT


def _principal_arn(request: Request) -> Values:
    who = request.principal
    return (who.role or who.arn,) if who.is_of_account else ABSENT


def _principal_account(request: Request) -> Values:
    return (request.principal.account,) if request.principal.is_of_account else ABSENT


def _principal_type(request: Request) -> Values:
    said = _TYPES.get(request.principal.kind)
    return (said,) if said else ABSENT


def _is_service(request: Request) -> Values:
    return ("true" if request.principal.kind is PrincipalKind.SERVICE else "false",)


def _service_name(request: Request) -> Values:
    who = request.principal
    return (who.arn,) if who.kind is PrincipalKind.SERVICE else ABSENT


def _resource_account(request: Request) -> Values:
    return (request.owner,) if request.owner else request.context.rest


def _own_organisation(request: Request) -> Values:
    return _of_own(request, "aws:principalorgid")


def _own_unit(request: Request) -> Values:
    return _of_own(request, "aws:principalorgpaths")


def _of_own(request: Request, key: str) -> Values:
    """What is known of whoever asks is so of what their own account has.

    Of copies AWS does not tell whose they are.
    """
    is_told = request.resource_account or request.resource.split(":", 5)[4:5] == [request.owner]
    is_own = is_told and request.owner == request.principal.account
    if not is_own or _ELSEWHERE.search(request.action):
        return request.context.rest
    found = request.context.find(key)
    return request.context.rest if found is None else found


_EVERYWHERE: Final = frozenset({"cloudfront", "iam", "organizations", "route53"})


def _region(request: Request) -> Values:
    """What stands in a region is had there alone, unless the call takes it to another one.

    Calls of services that are everywhere have the one that these are run from (IAM User Guide,
    "AWS global condition context keys").
    """
    parts = request.resource.split(":", 5)
    service = request.action.partition(":")[0].lower()
    if service in _EVERYWHERE and request.action.lower() != "iam:passrole":
        is_usual = len(parts) != 6 or parts[1] == "aws"
        return ("us-east-1",) if is_usual else request.context.rest
    is_known = len(parts) == 6 and _REGION.fullmatch(parts[3]) is not None
    if not is_known or _ELSEWHERE.search(request.action):
        return request.context.rest
    return (parts[3],)


def _now(_: Request) -> Values:
    return (datetime.now(UTC).isoformat(),)


def _seconds(_: Request) -> Values:
    return (str(int(datetime.now(UTC).timestamp())),)


_DERIVED: Final = {
    "aws:currenttime": _now,
    "aws:epochtime": _seconds,
    "aws:requestedregion": _region,
    "aws:resourceorgid": _own_organisation,
    "aws:resourceorgpaths": _own_unit,
    "aws:username": _user_name,
    "aws:principalarn": _principal_arn,
    "aws:principalaccount": _principal_account,
    "kms:calleraccount": _principal_account,
    "aws:principaltype": _principal_type,
    "aws:principalisawsservice": _is_service,
    "aws:principalservicename": _service_name,
    "aws:resourceaccount": _resource_account,
    "s3:resourceaccount": _resource_account,
}
