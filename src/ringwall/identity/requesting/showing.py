"""Requests for access as people see them: which, by whom, and who could answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from ringwall.identity.installed import current_facts
from ringwall.identity.models import AccessRequest, Organisation, RequestState, User


def of_person(user: User) -> QuerySet[AccessRequest]:
    """Everything somebody has asked for, the newest first."""
    return _all().filter(user=user)


def in_organisation(organisation: Organisation) -> QuerySet[AccessRequest]:
    """Everything that was asked for in an organisation, the newest first."""
    return _all().filter(organisation=organisation)


def everywhere() -> QuerySet[AccessRequest]:
    """Everything that was asked for anywhere, the newest first."""
    return _all()


def _all() -> QuerySet[AccessRequest]:
    found = AccessRequest.objects.select_related("organisation", "user", "closed_by")
    return found.prefetch_related("approvals__user").order_by("-created", "pk")


@dataclass(frozen=True, slots=True)
class Shown:
    """A request on a page: ``state`` at that moment, and what whoever looks may do with it."""

    request: AccessRequest
    state: RequestState
    approvals: tuple[str, ...]
    """Who approved it."""
    needs: int = 0
    """How many it takes, while it waits."""
    times: Sequence[tuple[str, str]] = ()
    """For how long it may be approved: minutes, and how people say it."""
    may_approve: bool = False
    may_deny: bool = False
    may_end: bool = False

    @property
    def includes(self) -> list[str]:
        """What the roles bring with them by now, while that can be given or is had."""
        return included(self.request, self.state)

    @property
    def lasts(self) -> str:
        """For how long it is asked for."""
        return in_words(self.request.lasts)

    @property
    def shortened(self) -> str:
        """For how long it was given, where that is shorter than it was asked for; else empty."""
        seconds = shortened_to(self.request, self.state)
        return "" if seconds is None else in_words(seconds)

    @property
    def ended_by(self) -> str:
        """Who brought it into its final state; empty for the clock."""
        return closed_by(self.request)

    @property
    def badge(self) -> str:
        """How its state looks."""
        return _BADGES.get(self.state, "")


_BADGES: Final = {
    RequestState.WAITING: "warn",
    RequestState.GRANTED: "good",
    RequestState.DENIED: "danger",
}
_UNITS: Final = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def in_words(seconds: int) -> str:
    """A length of time: ``8 hours``, ``1 day 2 hours``."""
    found, left = [], seconds
    for size, unit in _UNITS:
        count, left = divmod(left, size)
        if count:
            found.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return " ".join(found)


def included(request: AccessRequest, state: RequestState) -> list[str]:
    """What the roles of a request bring with them by now, sorted; of what is over, nothing."""
    is_open = state in {RequestState.WAITING, RequestState.GRANTED}
    return sorted(current_facts().included_in(request.roles)) if is_open else []


def shortened_to(request: AccessRequest, state: RequestState) -> int | None:
    """For how many seconds a request was given, where that is less than was asked for.

    Of what ended early nobody knows by its row: when it would have ended is there no more.
    """
    if state not in {RequestState.GRANTED, RequestState.OVER}:
        return None
    if request.granted is None or request.ends is None:
        return None
    seconds = round((request.ends - request.granted).total_seconds())
    return seconds if seconds < request.lasts else None


def approved_by(request: AccessRequest) -> tuple[str, ...]:
    """Those who approved it: mail addresses, or that a command did."""
    return tuple(
        one.user.email if one.user is not None else _nobody(by_machine=one.by_machine)
        for one in request.approvals.all()
    )


def closed_by(request: AccessRequest) -> str:
    """Who brought it into its final state; empty for the clock."""
    if request.closed_by is not None:
        return request.closed_by.email
    return "a command" if request.closed_by_machine else ""


def told(request: AccessRequest) -> list[tuple[str, str]]:
    """What a request says, in words and names for them."""
    found = [
        ("Organisation", request.organisation.name),
        ("Roles", ", ".join(request.roles)),
        *_brought(request),
        *_time_of(request),
        ("Reason", request.reason),
    ]
    if request.by_machine:
        found.append(("Asked", "by a command on the machine"))
    if request.state == RequestState.WAITING:
        found.append(("Answer by", _utc(request.answer_by)))
    if approved := approved_by(request):
        found.append(("Approved by", ", ".join(approved)))
    if request.ends is not None:
        found.append(("Until", _utc(request.ends)))
    if who := closed_by(request):
        word = "Denied by" if request.state == RequestState.DENIED else "Ended by"
        found.append((word, who))
    if request.note:
        found.append(("Because", request.note))
    return found


def _brought(request: AccessRequest) -> list[tuple[str, str]]:
    found = included(request, RequestState(request.state))
    return [("Which include", ", ".join(found))] if found else []


def _time_of(request: AccessRequest) -> list[tuple[str, str]]:
    asked, given = in_words(request.lasts), shortened_to(request, RequestState(request.state))
    return [("For", asked)] if given is None else [("For", in_words(given)), ("Asked for", asked)]


def _nobody(*, by_machine: bool) -> str:
    return "a command" if by_machine else "somebody who is gone"


def _utc(moment: datetime) -> str:
    return f"{moment:%d %B %Y, %H:%M} UTC"
