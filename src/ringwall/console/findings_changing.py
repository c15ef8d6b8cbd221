"""What people do with a finding on its page: a form each, sent with the token of the page."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse

from ringwall.access.actions import Action
from ringwall.console.findings import MANY, page
from ringwall.findings.states import Move, Outdated, Refusal
from ringwall.identity import sessions
from ringwall.identity.authority import may_see_findings
from ringwall.identity.pages.company import company_only
from ringwall.identity.pages.errors import refused
from ringwall.runtime.current import current_installation
from ringwall.runtime.recording import RecordingError

if TYPE_CHECKING:
    from ringwall.findings.standing import Standing

_MOST: Final = 50
"""Findings of one page."""
_TOLD: Final = 5
_UNWRITTEN: Final = (
    "What is done here is recorded, and the record cannot be written at the moment: the others "
    "were not changed. Try them again in a moment."
)
_NO_RULES: Final = "what the configuration says cannot be read: `ringwall reload` mends it"


def _sent(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Only what a form has sent; who signed in again on the way is led to where the form is."""

    @wraps(view)
    def asked(request: HttpRequest, **more: Any) -> HttpResponse:
        if request.method == "POST":
            return view(request, **more)
        if request.method != "GET":
            return HttpResponseNotAllowed(["POST"])
        where = reverse("finding", args=[more["uid"]]) if more else reverse("findings")
        return HttpResponseRedirect(where)

    return asked


@_sent
@company_only(Action.FINDINGS_CHANGE)
def step(request: HttpRequest, uid: str) -> HttpResponse:
    """Take the step that ``step`` names, of the finding as ``version`` says it was seen."""
    from ringwall.findings import published, service  # noqa: PLC0415 - needs the tables

    given = {name: _text(request, name) for name in ("step", "reason", "owner", "until")}
    try:
        move, until = Move(given["step"]), _end_of(given["until"])
    except ValueError:
        return _told(request, uid, Refusal("write a day such as 2030-01-31"))
    try:
        rules = published.read(current_installation().state)
    except ValueError:
        return _told(request, uid, Refusal(_NO_RULES))
    try:
        found = service.move(
            uid,
            move,
            reason=given["reason"],
            owner=given["owner"],
            until=until,
            version=_text(request, "version") or "none",
            rules=rules,
        )
    except LookupError:
        return page(request, uid)
    return _told(request, uid, found)


@_sent
@company_only(Action.FINDINGS_CHANGE)
def bulk(request: HttpRequest) -> HttpResponse:
    """The same step with each that is ``chosen``, as ``<uid>.<version>``, each by itself."""
    from ringwall.findings import service  # noqa: PLC0415 - needs the tables

    chosen = [one.partition(".") for one in request.POST.getlist("chosen")[:_MOST]]
    wanted = _text(request, "step")
    if not chosen or wanted not in {str(one) for one in MANY}:
        messages.warning(request, "Choose findings, and what is to be done with them.")
        return HttpResponseRedirect(reverse("findings"))
    done, refused_for, is_unwritten = 0, [], False
    for uid, _, version in chosen:
        try:
            found = service.move(uid[:40], Move(wanted), version=version[:40] or "none")
        except LookupError:
            continue
        except RecordingError as error:
            if not done:
                raise  # what stands before all pages says that nothing was changed
            sessions.log.error("%s", error)
            is_unwritten = True
            break
        if isinstance(found, Refusal):
            refused_for.append(f"{uid[:8]}: {found.why}")
        done += not isinstance(found, Refusal)
    if done:
        messages.success(request, f"Done with {done} of {len(chosen)}.")
    if is_unwritten:
        messages.warning(request, _UNWRITTEN)
    for why in refused_for[:_TOLD]:
        messages.warning(request, f"Not done with {why}.")
    if len(refused_for) > _TOLD:
        messages.warning(request, f"Not done with {len(refused_for) - _TOLD} more.")
    return HttpResponseRedirect(reverse("findings"))


@_sent
@company_only(Action.FINDINGS_CHANGE)
def comment(request: HttpRequest, uid: str) -> HttpResponse:
    """Say something about it."""
    from ringwall.findings import service  # noqa: PLC0415 - needs the tables

    try:
        found = service.comment(uid, _text(request, "text", 10_000))
    except LookupError:
        return page(request, uid)
    return _told(request, uid, found, "Your comment is kept.")


@_sent
@company_only(Action.FINDINGS_CHANGE)
def assign(request: HttpRequest, uid: str) -> HttpResponse:
    """Say whose job it is; nobody's, and it is again that of the component's owner."""
    from ringwall.findings import service  # noqa: PLC0415 - needs the tables

    version = _text(request, "version") or "none"
    try:
        found = service.assign(uid, _text(request, "owner", 201), version=version)
    except LookupError:
        return page(request, uid)
    return _told(request, uid, found)


def _told(
    request: HttpRequest, uid: str, found: "Standing | Refusal", good: str = ""
) -> HttpResponse:
    """Back to the finding; or its page with why it was refused, and what was written."""
    if not isinstance(found, Refusal):
        state = str(found.state).replace("-", " ")
        whose = f", the job of {found.owner}" if found.owner else ""
        messages.success(request, good or f"It is {state} now{whose}.")
        return HttpResponseRedirect(reverse("finding", args=[found.uid]))
    status = 409 if isinstance(found, Outdated) else 400
    if not may_see_findings(sessions.signed_in(request).user):
        title, text = "It was not done", f"{found.why[:1].upper()}{found.why[1:]}."
        return refused(request, title=title, text=text, status=status)
    given = {name: _text(request, name, 10_000) for name in ("reason", "owner", "until", "text")}
    return page(request, uid, mistake=found.why, given=given, status=status)


def _end_of(day: str) -> datetime | None:
    """The end of a day in UTC; ``ValueError`` where it is none."""
    if not day:
        return None
    begin = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    return begin + timedelta(days=1, seconds=-1)


def _text(request: HttpRequest, name: str, longest: int = 2000) -> str:
    text = request.POST.get(name, "").replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text.strip()[:longest]
