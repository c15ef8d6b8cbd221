"""An account's users, groups, roles and policies, from what GetAccountAuthorizationDetails answers.

What an identity has attached and nobody could read is a document that is not known, not one
missing; so is what is not known yet of one that code declares.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ringwall.core.observations import UnknownError
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.policies import Policies
from ringwall.posture.permissions.principals import Principal, principal
from ringwall.posture.permissions.statements import Document, Kind, unread

Entry = Mapping[str, Any]
Unit = tuple[str, tuple[Document, ...]]
Levels = tuple[tuple[Document, ...], ...]
EVERYTHING: Final = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"},
}
ADMINISTRATOR_ACCESS: Final = "arn:aws:iam::aws:policy/AdministratorAccess"
IAM_FULL_ACCESS: Final = "arn:aws:iam::aws:policy/IAMFullAccess"
"""Who has this gives themselves whatever else there is."""


@dataclass(frozen=True, slots=True)
class Managed:
    """A managed policy. ``versions`` are the documents that are not in force."""

    arn: str
    document: Document
    versions: tuple[Document, ...] = ()

    @property
    def is_ours(self) -> bool:
        """Whether the account may change it: AWS's own nobody may."""
        return ":iam::aws:" not in self.arn


@dataclass(frozen=True, slots=True)
class Identity:
    """A user, a role or a group: its own documents, and what it has of its groups.

    Its documents are those written for it (``inline`` of them), then those attached to it
    (``attached``), then those of its groups. ``managed`` are the ARNs of all managed ones.
    ``place`` is for one that somebody has given more than it has: it is another place to be at.
    """

    arn: str
    name: str
    policies: Policies
    who: Principal | None = None
    trust: Document | None = None
    groups: tuple[str, ...] = ()
    managed: tuple[str, ...] = ()
    boundary_arn: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    has_instance_profile: bool = False
    inline: int = 0
    attached: int = 0
    place: str = ""

    @property
    def at(self) -> str:
        """The place of whoever is it."""
        return self.place or self.arn

    @property
    def is_user(self) -> bool:
        """Whether it is a user."""
        return ":user/" in self.arn

    @property
    def is_role(self) -> bool:
        """Whether it is a role."""
        return ":role/" in self.arn

    @property
    def is_services(self) -> bool:
        """Whether it is a role that a service of AWS made for itself."""
        return ":role/aws-service-role/" in self.arn


@dataclass(frozen=True, slots=True)
class Account:
    """An account's identities by ARN. ``organisation`` is the id of its organisation, if known.

    ``scps`` bind it, level by level from the root. Of ``units`` of the organisation it is not
    known whether it is in them: each has its name and the control policies that it would bring.
    """

    id: str
    users: Mapping[str, Identity]
    roles: Mapping[str, Identity]
    groups: Mapping[str, Identity]
    managed: Mapping[str, Managed]
    organisation: str = ""
    scps: Levels = ()
    units: tuple[Unit, ...] = ()
    rcps: Levels = ()
    has_center: bool | None = None
    """Whether it administers the identity center of an organisation."""
    more: tuple[Identity, ...] = ()
    """What some of its own come to be who give themselves, or others, more than they have."""

    @property
    def everybody(self) -> tuple[Identity, ...]:
        """Its users and roles, and what they come to be."""
        return (*self.principals, *self.more)

    @property
    def principals(self) -> tuple[Identity, ...]:
        """Its users and roles."""
        return (*self.users.values(), *self.roles.values())

    def find(self, arn: str) -> Identity | None:
        """The user, role or group of this ARN."""
        return self.users.get(arn) or self.roles.get(arn) or self.groups.get(arn)


def account(
    number: str,
    *,
    users: Iterable[Entry] = (),
    groups: Iterable[Entry] = (),
    roles: Iterable[Entry] = (),
    policies: Iterable[Entry] = (),
    scps: Levels = (),
    rcps: Levels = (),
    units: tuple[Unit, ...] = (),
    organisation: str = "",
    has_center: bool | None = None,
) -> Account:
    """An account of the entries of UserDetailList, GroupDetailList, RoleDetailList and Policies.

    Documents may be objects or JSON text. ``scps`` and ``rcps`` are those that bind it, level by
    level from the root; of the organisation's management account there are none.
    """
    managed = {one["Arn"]: _managed(one) for one in policies}
    managed.setdefault(
        ADMINISTRATOR_ACCESS,
        Managed(
            ADMINISTRATOR_ACCESS,
            read(EVERYTHING, name="AdministratorAccess", kind=Kind.IDENTITY),
        ),
    )
    bounds = Policies(scps=scps, rcps=rcps)
    free = Policies()
    all_groups = {one["Arn"]: _identity(one, "Group", managed, {}, free) for one in groups}
    by_name = {one.name: one for one in all_groups.values()}
    return Account(
        number,
        {one["Arn"]: _identity(one, "User", managed, by_name, bounds) for one in users},
        {one["Arn"]: _identity(one, "Role", managed, {}, bounds) for one in roles},
        all_groups,
        managed,
        organisation,
        scps,
        units,
        rcps,
        has_center,
    )


def _managed(one: Entry) -> Managed:
    name = one.get("PolicyName") or one["Arn"].rpartition("/")[2]
    in_force: Document | None = None
    others = []
    for version in one.get("PolicyVersionList", ()):
        is_default = version.get("IsDefaultVersion", False) or (
            version.get("VersionId") == one.get("DefaultVersionId")
        )
        said = name if is_default else f"version {version.get('VersionId')} of {name}"
        document = _written(version, "Document", said)
        if is_default:
            in_force = document
        else:
            others.append(document)
    if in_force is None:
        in_force = unread(name, Kind.IDENTITY, "its version in force was not read")
    return Managed(one["Arn"], in_force, tuple(others))


def _identity(
    one: Entry,
    kind: str,
    managed: Mapping[str, Managed],
    groups: Mapping[str, Identity],
    bounds: Policies,
) -> Identity:
    name = str(one[f"{kind}Name"])
    documents = [
        _unknown(f"a policy of {name}", policy)
        if isinstance(policy, UnknownError)
        else _written(policy, "PolicyDocument", policy["PolicyName"])
        for policy in _listed(one, f"{kind}PolicyList")
    ]
    inline, arns = len(documents), []
    for attached in _listed(one, "AttachedManagedPolicies"):
        try:
            arns.append(_told(attached)["PolicyArn"])
        except UnknownError as error:
            documents.append(_unknown(f"a policy attached to {name}", error))
        else:
            documents.append(in_force(arns[-1], managed, Kind.IDENTITY))
    attached_ones = len(documents) - inline
    own_groups = []
    for group in _listed(one, "GroupList"):
        if isinstance(group, UnknownError):
            documents.append(_unknown(f"a group of {name}", group))
            continue
        found = groups.get(group)
        if found is None:
            documents.append(unread(f"group {group}", Kind.IDENTITY, "it was not read"))
            continue
        own_groups.append(found.arn)
        documents += found.policies.identity
        arns += found.managed
    boundary_arn = (one.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn", "")
    trust = None
    if kind == "Role":
        trust = read(
            one.get("AssumeRolePolicyDocument"), name=f"trust policy of {name}", kind=Kind.TRUST
        )
    return Identity(
        arn=one["Arn"],
        name=name,
        who=principal(one["Arn"]) if kind != "Group" else None,
        policies=replace(
            bounds,
            identity=tuple(documents),
            boundary=in_force(boundary_arn, managed, Kind.BOUNDARY) if boundary_arn else None,
        ),
        trust=trust,
        groups=tuple(own_groups),
        managed=tuple(dict.fromkeys(arns)),
        boundary_arn=boundary_arn,
        tags={tag["Key"]: tag["Value"] for tag in one.get("Tags", ())},
        has_instance_profile=bool(one.get("InstanceProfileList")),
        inline=inline,
        attached=attached_ones,
    )


def _listed(one: Entry, key: str) -> Iterator[Any]:
    """What a list says; in the place of what is not known, why that is."""
    try:
        several = one.get(key) or ()
    except UnknownError as error:
        yield error
        return
    for at in range(len(several)):
        try:
            yield several[at]
        except UnknownError as error:
            yield error


def _told(value: Any) -> Any:
    if isinstance(value, UnknownError):
        raise value
    return value


def _written(one: Entry, key: str, name: str) -> Document:
    try:
        return read(one.get(key), name=name, kind=Kind.IDENTITY)
    except UnknownError as error:
        return _unknown(name, error)


def _unknown(name: str, error: UnknownError) -> Document:
    return unread(name, Kind.IDENTITY, error.why)


def in_force(arn: str, managed: Mapping[str, Managed], kind: Kind) -> Document:
    """What a managed policy says now; not known, where it was not read."""
    found = managed.get(arn)
    if found is None:
        return unread(arn.rpartition("/")[2], kind, f"{arn} was not read")
    return found.document
