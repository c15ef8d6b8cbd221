"""What is recorded of each table, what changes too often to be, and what is nobody's to know."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, Final

from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Client
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount

from ringwall.core.events import (
    Actor,
    Change,
    Factor,
    Happened,
    Kind,
    Person,
    Recorded,
    account,
    authentication,
    entity,
    group_members,
    session_begun,
)
from ringwall.core.events.signing import LOGOFF, OTHER, SWITCH
from ringwall.identity import models
from ringwall.identity.recording.signing import person_of
from ringwall.runtime.recording.changes import Watched, install, watch, watch_members

NOT_RECORDED: Final = {
    "DeviceCode": "a device that waits; what comes of it is a grant",
    "EntryCode": "a step within a session from one host to another",
    "HeldForm": "what somebody sent while signed out, kept for minutes",
    "KnownOwner": "whom owners were told of, copied from memberships",
    "OutgoingMail": "follows from what is recorded; sending again is asked of the policies",
    "Participation": "whom to tell of a session's end",
    "Revocation": "follows from what is recorded",
    "SeenAssertion": "so that none is taken twice",
    "Throttle": "changes with every try; what is slowed down is recorded",
    "UsedAssertion": "so that none is taken twice",
    "Visit": "requests on protected hosts are in the edge's record",
    "VouchedFactor": "written with the factor that is recorded",
}
"""Tables whose rows are not recorded, and why not."""


def watch_all() -> None:
    """Have all of it recorded."""
    install()
    for model, wanted in _rules().items():
        watch(model, wanted)
    watch_members(models.Group.members.through, _members)


def _of(name: str) -> Callable[[Any], str]:
    """The subject of the person whose id a column has."""

    def found(row: Any) -> str:
        value = getattr(row, name)
        return "" if value is None else value.hex

    return found


def _slug(row: Any) -> str:
    place = row.organisation
    return "" if place is None else place.slug


def _rules() -> dict[Any, Watched]:
    some = frozenset
    own: dict[str, Any] = {"whose": _of("user_id"), "person": _of("user_id")}
    here: dict[str, Any] = {"tenant": _slug}
    return {
        models.User: Watched(
            restless=some({"last_login"}),
            secret=some({"password"}),
            personal=some({"email", "name", "external_id"}),
            whose=lambda row: row.subject,
            person=lambda row: row.subject,
            tell=_account_changed,
        ),
        Authenticator: Watched(
            **own,
            secret=some({"codes"}),
            personal=some({"name"}),
            values=_of_factor,
            tell=_factor_changed,
        ),
        EmailAddress: Watched(**own, personal=some({"email"})),
        SocialAccount: Watched(
            **own, restless=some({"last_login", "extra_data"}), personal=some({"uid"})
        ),
        models.Organisation: Watched(tenant=lambda row: row.slug),
        models.Membership: Watched(**own, **here),
        models.Invitation: Watched(
            **here,
            secret=some({"secret_hash"}),
            personal=some({"email"}),
            person=_of("taken_by_id"),
        ),
        models.RecoveryLink: Watched(
            **own, secret=some({"secret_hash"}), personal=some({"reason", "made_by"})
        ),
        models.Session: Watched(
            **own,
            **here,
            restless=some({"last_use", "address", "user_agent", "key", "turn", "left", "proven"}),
            tell=_session_changed,
        ),
        models.Connection: Watched(**here, secret=some({"client_secret"}), values=_of_connection),
        models.GroupMapping: Watched(**here),
        models.Domain: Watched(**here, secret=some({"token"})),
        models.ScimToken: Watched(
            **here, restless=some({"last_use"}), secret=some({"secret_hash"})
        ),
        Client: Watched(secret=some({"secret"})),
        models.ApiClient: Watched(**here, secret=some({"previous_secret"})),
        models.ApiKey: Watched(
            **here,
            restless=some({"last_use", "last_address"}),
            personal=some({"email"}),
            whose=_of("owner_id"),
            person=_of("owner_id"),
        ),
        models.Consent: Watched(**own),
        models.Grant: Watched(
            **own,
            **here,
            restless=some({"serial", "last_use"}),
            secret=some({"code_hash", "nonce", "challenge", "redirect_uri"}),
            tell=_grant_changed,
        ),
        models.AccessRequest: Watched(**own, **here, personal=some({"reason", "note"})),
        models.RequestApproval: Watched(person=_of("user_id")),
        models.ProvisionedUser: Watched(
            **here,
            restless=some({"modified"}),
            personal=some({"email", "user_name", "external_id", "attributes"}),
            whose=_of_record,
            person=_of_record,
        ),
        models.Group: Watched(**here, restless=some({"modified"})),
    }


def _of_record(row: Any) -> str:
    member = row.membership
    return "" if member is None else member.user_id.hex


def _of_factor(row: Any) -> dict[str, Any]:
    """Of its data nothing but the name: the rest is secret, or counts its uses."""
    data = row.data or {}
    codes = (data.get("seed"), data.get("migrated_codes"), data.get("secret"))
    return {"type": row.type, "name": data.get("name"), "codes": codes, "user_id": row.user_id}


def _of_connection(row: Any) -> dict[str, Any]:
    columns = [f.attname for f in row._meta.concrete_fields]  # noqa: SLF001 - Django's own word
    told = {name: getattr(row, name) for name in columns}
    settings = dict(told.pop("settings") or {})
    secret = settings.pop("client_secret", None)
    return {**told, "settings": settings, "client_secret": secret}


_CREATE, _ENABLE, _PASSWORD, _DISABLE, _DELETE, _OTHER = 1, 2, 3, 5, 6, 99
_FACTOR_ADDED, _FACTOR_REMOVED = 10, 11


def _account_changed(actor: Actor, change: Change, row: Any) -> Iterator[Recorded]:
    del row
    told = partial(account, actor, change)
    if change.happened is Happened.CREATED:
        yield told(activity=_CREATE)
    elif change.happened is Happened.DELETED:
        yield told(activity=_DELETE)
    elif "is_active" in change.after:
        yield told(activity=_ENABLE if change.after["is_active"] else _DISABLE)
    else:
        yield told(activity=_PASSWORD if "password" in change.secret else _OTHER)


def _factor_changed(actor: Actor, change: Change, row: Any) -> Iterator[Recorded]:
    activities = {Happened.CREATED: _FACTOR_ADDED, Happened.DELETED: _FACTOR_REMOVED}
    activity = activities.get(change.happened, _OTHER)
    yield account(actor, change, activity=activity, factors=[Factor(row.type)])


def _session_changed(actor: Actor, change: Change, row: Any) -> Iterable[Recorded]:
    person = person_of(row.user)
    if change.happened is Happened.CREATED:
        own = {"acr": row.acr, "amr": list(row.amr)}
        return [session_begun(actor, person, session=row.pk, roles=_roles_of(row), **own)]
    told = partial(
        authentication,
        actor=actor,
        person=person,
        session=row.pk,
        before=dict(change.before),
        after=dict(change.after),
    )
    if change.after.get("ended"):
        reason = str(row.end_reason)
        return [told(LOGOFF, message="a session ends", detail=reason)]
    if change.happened is Happened.DELETED:
        return [entity(actor, change)]
    if "organisation_id" in change.after:
        return [told(SWITCH, message="a session acts for another organisation")]
    return [told(OTHER, message=f"a session changes: {', '.join(change.fields)}")]


def _roles_of(session: Any) -> list[str]:
    if session.organisation_id is None:
        return []
    rows = models.Membership.objects.filter(
        user=session.user_id, organisation=session.organisation_id, active=True
    )
    member = rows.first()
    return [] if member is None else list(member.roles)


def _grant_changed(actor: Actor, change: Change, row: Any) -> Iterable[Recorded]:
    """An application that takes, or uses, a grant acts for the person who gave it."""
    if actor.kind is Kind.PROGRAM and actor.app:
        user: Person = person_of(row.user)
        actor = replace(
            actor,
            kind=Kind.PERSON,
            uid=user.uid,
            name=user.name,
            email=user.email,
            session=row.session_id,
        )
    return [entity(actor, change)]


def _members(
    actor: Actor,
    group: Any,
    records: Iterable[Any],
    added: bool,
) -> Iterator[Recorded]:
    rows = models.ProvisionedUser.objects.select_related("membership").filter(pk__in=list(records))
    for one in rows:
        yield group_members(
            actor,
            group=group.pk.hex,
            tenant=group.organisation.slug,
            record=one.pk.hex,
            person=_of_record(one),
            added=added,
        )
