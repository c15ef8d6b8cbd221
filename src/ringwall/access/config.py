"""The ``access`` section: where policies are, which roles there are and who may have them."""

from typing import Annotated, Final

from pydantic import Field, StringConstraints

from ringwall.access.built_in import ROLE_FORM, ROLE_WORDS
from ringwall.access.model import Holders
from ringwall.runtime.configuration import Duration, Form, StrictModel

RoleName = Annotated[str, StringConstraints(pattern=f"^{ROLE_FORM}$"), Form(ROLE_WORDS)]
GroupName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9 ._:/@&()+=-]{0,62}[A-Za-z0-9)])?$"),
    Form(
        "a name without commas, quotes and accents, since it travels in a header: letters, digits, "
        "spaces and . _ : / @ & ( ) + = - between them, 64 at most"
    ),
]
ParameterName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z_][a-z0-9_]{0,63}$"),
    Form("the name of a path parameter: lower-case letters, digits and _"),
]


class RoleSettings(StrictModel):
    """One role that services know and policies name."""

    includes: tuple[RoleName, ...] = ()
    """Roles whose rights it has as well, and those that they include."""
    held_by: Holders = Holders.CUSTOMER
    """Whose members may have it: customers' organisations, the company's own, or both."""


LONGEST: Final = 30 * 86400.0
"""Seconds for which a role is lent at most, whatever the configuration says."""
Lending = Annotated[
    Duration, Field(ge=60, le=LONGEST), Form("a length of time from 1m to 30d: 15m, 8h")
]


class Requestable(StrictModel):
    """A role that people ask for, and have for some time once somebody else has approved it."""

    requestable_by: tuple[RoleName, ...] = ()
    """Roles of which one is needed to ask, or one that includes it; empty for every member."""
    longest: Lending = 8 * 3600.0
    """For how long it is given at most."""
    approvals: Annotated[int, Field(ge=1, le=5)] = 1
    """How many people have to approve it, none of them who asks."""
    proof_within: Lending | None = None
    """How lately whoever approves it has to have proven who they are."""


class Requests(StrictModel):
    """What people ask for when they need it, instead of having it all the time."""

    roles: dict[RoleName, Requestable] = Field(default_factory=dict)
    """The roles that can be asked for, and by whom."""
    answered_within: Lending = 3 * 86400.0
    """A request that nobody has answered for so long is over."""


class Access(StrictModel):
    """Who may do what: policies in Cedar, and the roles and groups they name."""

    policies: Annotated[str, StringConstraints(min_length=1)] | None = "policies"
    """The folder of policies (`*.cedar`); without it the edge asks only what routes say. Once there
    were policies, `null` says that there are to be none."""
    tenant_parameter: ParameterName = "tenant"
    """The path parameter that names the organisation a resource belongs to."""
    roles: dict[RoleName, RoleSettings] = Field(default_factory=dict)
    """The roles there are; once there is one, no other is given, but for Ringwall's own."""
    groups: Annotated[tuple[GroupName, ...], Field(max_length=50)] = ()
    """Groups of the company's own identity provider that policies name; tokens carry no others."""
    requests: Requests = Requests()
    """Roles that people have for some time, by asking for them."""


ACCESS: Final = "access"
"""Access's section of the configuration."""
