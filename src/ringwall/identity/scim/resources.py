"""What we serve by SCIM, how we read what others send, and what we announce of ourselves."""

import hashlib
import json
from typing import Annotated, Any, Final

from pydantic import Field
from scim2_models import (
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    Context,
    EnterpriseUser,
    ETag,
    Filter,
    Meta,
    Mutability,
    PatchOp,
    Reference,
    Required,
    Resource,
    ResourceType,
    ResponseParameters,
    ScimFilter,
    ScimPolicy,
    ScimProvider,
    SearchRequest,
    ServiceProviderConfig,
    Sort,
    User,
)
from scim2_models import Patch as PatchSupport
from scim2_models.urn import URN

from ringwall.identity.installed import current_facts
from ringwall.identity.models import Group, ProvisionedUser

PATH: Final = "/scim/v2"
MOST_RESULTS: Final = 200
"""Records on one page; a client asks for the next by ``startIndex``."""
MOST_BYTES: Final = 1024 * 1024
"""Of a request's body."""

UserResource: Final[Any] = User[EnterpriseUser]
POLICY: Final = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
"""Directories send more than the standard has, and Entra ID some of it in its own way."""

_KEPT_APART: Final = {"id", "meta", "groups", "password", "schemas"}


class Member(ComplexAttribute):
    """A member of a group: always a user, whose own record says what to call them."""

    value: Annotated[str | None, Mutability.immutable, CaseExact.true] = None
    ref: Annotated[Reference[User[Any]] | None, Mutability.immutable] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    type: Annotated[str | None, Mutability.immutable] = Field(None, examples=["User"])


class GroupResource(Resource[Any]):
    """A group (RFC 7643 section 4.2)."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Required.true] = None
    members: list[Member] | None = None


def service() -> ScimProvider:
    """What we announce (RFC 7643 section 5, RFC 7644 section 4)."""
    config = ServiceProviderConfig(
        documentation_uri=None,
        patch=PatchSupport(supported=True),
        bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
        filter=Filter(supported=True, max_results=MOST_RESULTS),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=True),
        etag=ETag(supported=True),
        authentication_schemes=[
            AuthenticationScheme(
                type=AuthenticationScheme.Type.oauthbearertoken,
                name="Token of the organisation",
                description="Authorization: Bearer, with a token that an administrator made",
                primary=True,
            )
        ],
        meta=meta("ServiceProviderConfig", "/ServiceProviderConfig"),
    )
    types = [ResourceType.from_resource(UserResource), ResourceType.from_resource(GroupResource)]
    for one in types:
        one.meta = meta("ResourceType", f"/ResourceTypes/{one.id}")
    return ScimProvider([User, EnterpriseUser, GroupResource], types, config, POLICY)


def location(path: str) -> str:
    """The URL of something we serve."""
    return f"{current_facts().origin}{PATH}{path}"


def user_resource(row: ProvisionedUser) -> Any:
    """A record of a person as it goes out."""
    groups = [
        {
            "value": str(one.id),
            "$ref": location(f"/Groups/{one.id}"),
            "display": one.name,
            "type": "direct",
        }
        for one in row.in_groups.all()
    ]
    told = {**row.attributes, "id": str(row.id)}
    if groups:
        told["groups"] = groups
    with POLICY:
        found = UserResource.model_validate(told)
    return _described(found, "User", f"/Users/{row.id}", row)


def group_resource(row: Group) -> Any:
    """A group as it goes out."""
    members = [
        {
            "value": str(one.id),
            "$ref": location(f"/Users/{one.id}"),
            "type": "User",
        }
        for one in row.members.all()
    ]
    told = {
        "id": str(row.id),
        "displayName": row.name,
        "externalId": row.external_id or None,
        "members": members or None,
    }
    found = GroupResource.model_validate(told)
    return _described(found, "Group", f"/Groups/{row.id}", row)


def attributes_of(resource: Any) -> dict[str, Any]:
    """What is kept of a person as it came: all but what is ours to say, and no password ever."""
    told: dict[str, Any] = resource.model_dump(scim_ctx=Context.DEFAULT)
    return {name: value for name, value in told.items() if name not in _KEPT_APART}


def mail_of(resource: Any) -> str:
    """The mail address of a person: the primary one, else one for work, else any, else the name.

    Empty when there is none.
    """
    mails = [one for one in resource.emails or [] if one.value]

    def last_wanted(one: Any) -> tuple[bool, bool]:
        return (not one.primary, str(one.type) != "work")

    found = min(mails, key=last_wanted, default=None)
    name = resource.user_name or ""
    return str(found.value if found else name if "@" in name else "").strip().lower()


def shown_name(resource: Any) -> str:
    """What to call a person; empty when nothing was said."""
    name = resource.name
    parts = (
        (name.formatted, " ".join(filter(None, (name.given_name, name.family_name))))
        if name
        else ()
    )
    found = next((one for one in (resource.display_name, *parts) if one), "")
    return " ".join(found.split())[:150]


def search_of(model: Any, told: dict[str, Any]) -> Any:
    """A search (RFC 7644 section 3.4.2) for records of one kind."""
    return SearchRequest[model].model_validate(told, scim_ctx=Context.SEARCH_REQUEST)


def filter_of(model: Any, text: Any) -> Any:
    """A filter over records of one kind."""
    return ScimFilter[model](text)


def parameters_of(model: Any, told: dict[str, Any]) -> Any:
    """Which attributes to tell (RFC 7644 section 3.9)."""
    wanted = {name: told[name] for name in ("attributes", "excludedAttributes") if name in told}
    return ResponseParameters[model].model_validate(wanted)


def patch_of(model: Any, body: bytes) -> Any:
    """A change in parts (RFC 7644 section 3.5.2)."""
    return PatchOp[model].model_validate_json(body, scim_ctx=Context.RESOURCE_PATCH_REQUEST)


def _described(found: Any, kind: str, path: str, row: Any) -> Any:
    said = json.dumps(found.model_dump(), sort_keys=True).encode()
    found.meta = meta(kind, path)
    found.meta.created, found.meta.last_modified = row.created, row.modified
    found.meta.version = f'W/"{hashlib.sha256(said).hexdigest()[:32]}"'
    return found


def meta(kind: str, path: str) -> Meta:
    """What is said of a record itself (RFC 7643 section 3.1)."""
    return Meta(resource_type=kind, location=location(path))
