"""Who belongs to an organisation, with which roles; and what that changes at the edge at once.

Roles stand in tokens that the edge verifies by itself. When they change, the tokens of the
person's sessions that act for that organisation are called back, but the sessions go on:
each session counts its turns, tokens carry ``<session>.<turn>`` as ``sid``, and the turn that was
is revoked. A browser is led through ``/enter`` once, without a question, and gets a token with the
new roles; what a page fetches is sent to fetch the same once more (307), and other programs get one
401. Ending the sessions instead would sign people out of all their organisations, for a change in
one, and waiting for tokens to run out would leave a removed person in for minutes.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from ringwall.access.actions import Action
from ringwall.identity import alerts, effective, key_idling, lent, owning, revocations
from ringwall.identity.admission import Objection, objection
from ringwall.identity.asking import By, let_in_by, require, require_change_of_roles
from ringwall.identity.authority import parse_roles
from ringwall.identity.installed import current_facts
from ringwall.identity.keepers import keeper_role, keeps
from ringwall.identity.models import (
    ApiKey,
    EntryCode,
    GroupMapping,
    Invitation,
    Kind,
    Membership,
    Organisation,
    ProvisionedUser,
    Session,
    Subject,
    User,
    Visit,
)
from ringwall.identity.requesting import leaving
from ringwall.identity.sessions import limits

log = logging.getLogger("ringwall.identity")

_NOT_A_MEMBER = "you may not act for this organisation"
_HOW = {
    "invitation": "taking an invitation",
    "sso": "what the identity provider says",
    "scim": "what the directory says",
}
"""How somebody became a member who was let in by a decision before."""
_NOT_YOURS = "you may not change members with these roles: ask an administrator or owner"


def add(
    organisation: Organisation,
    user: User,
    roles: Iterable[str],
    *,
    source: str,
    by: By,
    inviter: User | None = None,
) -> Membership:
    """Make somebody a member. ``by`` is who does it, or the decision that allowed it already.

    ``inviter`` is whose invitation it comes of, if it comes of one.

    ``ValueError`` when they are one already; ``PermissionError`` when ``by`` may not.
    """
    wanted = parse_roles(roles, organisation)
    require_change_of_roles(by, organisation, before=(), after=wanted, of=user, sentence=_NOT_YOURS)
    try:
        with transaction.atomic():
            made = Membership.objects.create(
                organisation=organisation,
                user=user,
                roles=wanted,
                source=source,
                let_in_by=_chain(inviter, organisation),
            )
    except IntegrityError as error:
        msg = f"{user.email} is a member of {organisation.name} already"
        raise ValueError(msg) from error
    log.info("%s joins %s as %s (%s)", user.subject, organisation.slug, wanted, source)
    _take_over_provisioned(made)
    _follow_keys(made)
    how = _HOW.get(source, "")
    owning.follow(
        by=by, how=f"{how} of {inviter.email}" if how and inviter else how, place=organisation
    )
    return made


def _chain(inviter: User | None, organisation: Organisation) -> list[str]:
    """Ids of everybody who lets somebody in by an invitation of ``inviter``."""
    if inviter is None:
        return []
    return sorted({str(inviter.pk), *let_in_by(inviter, organisation)})


def find(organisation: Organisation, email: str) -> Membership:
    """The member with a mail address; ``LookupError`` when there is none."""
    found = (
        Membership.objects.select_related("user", "organisation")
        .filter(organisation=organisation, user__email=email.strip().lower())
        .first()
    )
    if found is None:
        msg = f"{email.strip()} is not a member of {organisation.slug}"
        raise LookupError(msg)
    return found


def by_hand(member: Membership) -> set[str]:
    """The roles that somebody was given, without those that only their groups give."""
    return set(member.roles) - set(member.from_groups)


def set_roles(member: Membership, roles: Iterable[str], *, by: By) -> None:
    """Give somebody exactly these roles by hand; they keep those that their groups give.

    ``PermissionError`` when ``by`` may not give or take them, where groups give them too;
    ``ValueError`` when nobody would be left to manage the organisation.
    """
    with transaction.atomic():
        found = _locked(member)
        wanted = parse_roles(roles, found.organisation)
        given, groups = by_hand(found), _group_roles(found)
        require_change_of_roles(
            by,
            found.organisation,
            before=given,
            after=wanted,
            anyway=groups,
            of=found.user,
            sentence=_NOT_YOURS,
        )
        _require_may_lose(found, given=given, wanted=set(wanted), groups=groups)
        _put(found, set(wanted) | groups, from_groups=groups - set(wanted))
        owning.follow(by=by, place=found.organisation)
    member.roles, member.from_groups = found.roles, found.from_groups


def apply_groups(
    member: Membership,
    groups: Iterable[str] | None = None,
    *,
    moved: Iterable[str] = (),
    by: By | None = None,
) -> bool:
    """Let roles follow groups: those of the last sign-on (``groups`` when it is now), and SCIM's.

    What somebody gave by hand stays. ``moved`` are groups of SCIM that they may have come into or
    left: tokens that name them are called back. ``by`` is who changed what groups give, if that is
    why. ``False`` when their roles stay as they are, since
    the company would have no owner any more.
    """
    with transaction.atomic():
        found, moves = _locked(member), set(moved)
        if groups is not None:
            moves |= set(found.groups) ^ set(groups)
            found.groups = sorted(set(groups))
            found.save(update_fields=["groups"])
        given, mapped = by_hand(found), _group_roles(found)
        was = set(found.roles)
        follows = not _leaves_no_owner(found, given | mapped)
        if follows:
            _put(found, given | mapped, from_groups=mapped - given)
        else:
            log.error("%s stays the last owner, whatever groups say", found.user.subject)
        if was == set(found.roles) and _are_in_tokens(moves, found.organisation):
            call_back(_acting(found.user, found.organisation), reason="groups changed")
            _follow_keys(found)
        if keeps(was, found.organisation) != keeps(found.roles, found.organisation):
            how = "what groups say" if by is None else ""
            owning.follow(by=by, how=how, place=found.organisation)
    member.roles, member.from_groups, member.groups = found.roles, found.from_groups, found.groups
    return follows


def follow_groups(
    members: Iterable[Membership], *, moved: Iterable[str] = (), by: By | None = None
) -> tuple[Membership, ...]:
    """Let the roles of several follow their groups; returns whose do not, which owners are told.

    Those are tried again once the others have theirs: there may be another owner then.
    """
    names = frozenset(moved)
    late = [one for one in members if not apply_groups(one, moved=names, by=by)]
    left = tuple(one for one in late if not apply_groups(one, moved=names, by=by))
    for one in left:
        tell_that_owner_stays(one)
    return left


def tell_that_owner_stays(member: Membership) -> None:
    """Tell the last owner by mail that their groups have been overruled."""
    text = (
        f"By their groups {member.user.email} would be an owner of {member.organisation.name} no "
        "more, and nobody else is one. Their roles stay as they were."
    )
    advice = "Name another owner, or change the groups or what roles they give."
    alerts.tell(member.user, alerts.Alert("The last owner stays one", text, advice))


def remove(member: Membership, *, by: By, reason: str = "removed", last_too: bool = False) -> None:
    """End somebody's membership at once. People may leave by themselves.

    ``PermissionError`` when ``by`` may not; ``ValueError`` for the last who can manage it, unless
    ``last_too``: provisioning may have to shut out exactly them. Never the company's last owner.
    """
    with transaction.atomic():
        found = _locked(member)
        if isinstance(by, User) and by.pk == found.user_id:
            require(by, Action.MEMBERS_LEAVE, found.organisation, _NOT_YOURS)
        else:
            require(by, Action.MEMBERS_REMOVE, found.organisation, _NOT_YOURS, roles=found.roles)
        if not last_too or found.organisation.kind == Kind.PROVIDER:
            _require_another_keeper(found)
        user, organisation = found.user, found.organisation
        found.delete()
        _shut_out(user, organisation, reason=reason)
        owning.follow(by=by, place=organisation)
    log.info("%s leaves %s: %s", user.subject, organisation.slug, reason)


def set_active(member: Membership, *, active: bool, reason: str, last_too: bool = False) -> None:
    """Let a membership rest, as provisioning does, or go on. Errors as of :func:`remove`."""
    with transaction.atomic():
        found = _locked(member)
        if found.active == active:
            return
        if not active and (not last_too or found.organisation.kind == Kind.PROVIDER):
            _require_another_keeper(found)
        found.active = active
        found.save(update_fields=["active"])
        if not active:
            _shut_out(found.user, found.organisation, reason=reason)
        owning.follow(how="what the directory says", place=found.organisation)
    member.active = active
    log.info(
        "%s in %s is %s: %s",
        found.user.subject,
        found.organisation.slug,
        "active" if active else "at rest",
        reason,
    )


def switch(session: Session, slug: str, *, address: str | None = None) -> Objection | None:
    """Let a session act for another organisation of its person, if that one's rules allow it.

    Returns what is missing, and changes nothing then. ``LookupError`` when they are no member.
    """
    now = timezone.now()
    with transaction.atomic():
        member = (
            Membership.objects.select_related("organisation")
            .filter(user=session.user_id, active=True)
            .filter(organisation__slug=slug, organisation__suspended=None)
            .first()
        )
        if member is None:
            msg = f"you are not a member of {slug}"
            raise LookupError(msg)
        require(session.user, Action.ORGANISATIONS_ACT_FOR, member.organisation, _NOT_A_MEMBER)
        found = objection(session, member, address=address or session.address, now=now)
        if found is not None:
            return found
        if session.organisation_id == member.organisation_id:
            return None
        idle, absolute = limits(member.organisation)
        if session.organisation_id is not None:
            session.left[str(session.organisation_id)] = int(now.timestamp())
        session.left.pop(str(member.organisation_id), None)
        session.organisation, session.idle = member.organisation, idle
        session.expires = session.created + timedelta(seconds=absolute)
        session.save(update_fields=["organisation", "idle", "expires", "left"])
        facts = current_facts()
        for visit in session.visits.all():
            if facts.tenant_of(visit.host) is None:
                visit.organisation, visit.token = member.organisation, ""
                visit.save(update_fields=["organisation", "token"])
        call_back(Session.objects.filter(pk=session.pk), reason="acts for another organisation")
    session.refresh_from_db(fields=["turn"])
    return None


def call_back(found: "Iterable[Session]", *, reason: str) -> None:
    """Refuse the tokens that sessions have been given so far; the sessions go on."""
    until = revocations.until_tokens_end(timezone.now())
    ids = [one.pk for one in found]
    for session in Session.objects.select_for_update().filter(pk__in=ids, ended=None):
        revocations.revoke(Subject.SESSION, session.sid, until=until, reason=reason)
        Session.objects.filter(pk=session.pk).update(turn=session.turn + 1)


def let_follow(member: Membership, *, reason: str) -> None:
    """Let what a member has at the edge follow their roles: tokens anew, and keys bounded."""
    recall(member, reason=reason)
    _withdraw_keys(member.user, member.organisation, beyond=set(lent.held(member)))
    _follow_keys(member)


def recall(member: Membership, *, reason: str) -> None:
    """Refuse the tokens somebody has been given for an organisation; their sessions go on."""
    call_back(_acting(member.user, member.organisation), reason=reason)


def _take_over_provisioned(member: Membership) -> None:
    """Let what provisioning said of somebody hold from the moment they are a member."""
    waiting = ProvisionedUser.objects.filter(
        organisation=member.organisation, email=member.user.email, membership=None, active=True
    ).first()
    if waiting is not None:
        waiting.membership = member
        waiting.save(update_fields=["membership"])
        follow_groups([member], moved=waiting.in_groups.values_list("name", flat=True))


def _locked(member: Membership) -> Membership:
    """The row as it is now, to be changed by us alone; ``LookupError`` when it is gone."""
    found = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("user", "organisation")
        .filter(pk=member.pk)
        .first()
    )
    if found is None:
        msg = "the membership has ended in the meantime"
        raise LookupError(msg)
    return found


def _put(found: Membership, roles: set[str], *, from_groups: set[str]) -> None:
    before = set(found.roles)
    found.roles, found.from_groups = sorted(roles), sorted(from_groups)
    found.save(update_fields=["roles", "from_groups"])
    if roles == before:
        return
    let_follow(found, reason="roles changed")
    log.info("%s in %s is now %s", found.user.subject, found.organisation.slug, found.roles)


def _group_roles(member: Membership) -> set[str]:
    """The roles that somebody's groups have here."""
    names = effective.group_names(member)
    rows = GroupMapping.objects.filter(organisation=member.organisation, group__in=names)
    return set(rows.values_list("role", flat=True))


def _are_in_tokens(groups: set[str], organisation: Organisation) -> bool:
    return organisation.kind == Kind.PROVIDER and bool(groups & set(current_facts().groups))


def _require_may_lose(
    member: Membership, *, given: set[str], wanted: set[str], groups: set[str]
) -> None:
    """Another keeper is left, or this one stays one: by hand where it was by hand."""
    place = member.organisation
    is_left_to_groups = keeps(given, place) and not keeps(wanted, place)
    if is_left_to_groups or not keeps(wanted | groups, place):
        _require_another_keeper(member)


def _leaves_no_owner(member: Membership, roles: set[str]) -> bool:
    """Whether nobody would be left to the company; its customers' it can mend."""
    place = member.organisation
    return place.kind == Kind.PROVIDER and not keeps(roles, place) and _is_last_keeper(member)


def _require_another_keeper(member: Membership) -> None:
    if _is_last_keeper(member):
        role = keeper_role(member.organisation)
        msg = f"{member.user.email} is the last {role} of {member.organisation.name}: name another"
        raise ValueError(msg)


def _is_last_keeper(member: Membership) -> bool:
    if not keeps(member.roles, member.organisation) or not member.active:
        return False
    others = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .filter(organisation=member.organisation, active=True, user__is_active=True)
    )
    return not any(keeps(one.roles, one.organisation) for one in others if one.pk != member.pk)


def _acting(user: User, organisation: Organisation) -> list[Session]:
    """Sessions with tokens for an organisation, or about to get one."""
    entering = EntryCode.objects.filter(organisation=organisation, expires__gt=timezone.now())
    acts = (
        Q(organisation=organisation)
        | Q(visits__organisation=organisation)
        | Q(grants__organisation=organisation, grants__ended=None)
        | Q(pk__in=entering.values("session"))
    )
    return list(Session.objects.filter(acts, user=user, ended=None).distinct())


def _shut_out(user: User, organisation: Organisation, *, reason: str) -> None:
    call_back(_acting(user, organisation), reason=reason)
    EntryCode.objects.filter(organisation=organisation, session__user=user).delete()
    Visit.objects.filter(organisation=organisation, session__user=user).delete()
    Session.objects.filter(organisation=organisation, user=user).update(organisation=None)
    Invitation.objects.filter(organisation=organisation, email=user.email, taken=None).update(
        withdrawn=timezone.now()
    )
    leaving.leave(user, organisation)
    _withdraw_keys(user, organisation, beyond=None)


def _withdraw_keys(user: User, organisation: Organisation, *, beyond: set[str] | None) -> None:
    """Withdraw a member's keys: those with a role that is not in ``beyond``; all when ``None``."""
    now = timezone.now()
    for key in ApiKey.objects.filter(
        owner=user, organisation=organisation, revoked=None, expires__gt=now
    ):
        if beyond is None or not set(key.roles) <= beyond:
            ApiKey.objects.filter(pk=key.pk).update(revoked=now)
            revocations.revoke(
                Subject.SESSION, key.pk, until=key.expires, reason="its owner's roles changed"
            )


def _follow_keys(member: Membership) -> None:
    """Let keys be idle that lack what keeps their owner out from now on."""
    key_idling.follow_owner(member.user, current_facts(), timezone.now())
