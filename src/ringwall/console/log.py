"""The log as pages: a search, an event with what was verified of it, its proof to take along."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ringwall.access.actions import Action
from ringwall.console import spans
from ringwall.identity.pages.company import company_only
from ringwall.identity.pages.errors import refused
from ringwall.lake.bucket import BucketError
from ringwall.lake.places import Places
from ringwall.lake.search.language import Query, parse
from ringwall.lake.search.mistakes import QueryError
from ringwall.runtime.current import current_installation

if TYPE_CHECKING:
    from ringwall.lake.service import Log

_AT_ONCE: Final = 50
_MOST_BACK: Final = 20
"""Pages that one can turn back by; further on there is only the way to the newest."""
_TONES: Final = {"green": "good", "yellow": "warn", "red": "danger", "magenta": "danger"}
_BAD: Final = {"medium": "warn", "high": "danger", "critical": "danger", "fatal": "danger"}


@require_safe
@company_only(Action.LOG_SEE)
def search(request: HttpRequest) -> HttpResponse:
    """Events of a query (``q``) and a time (``when``), the newest first, from a cursor on."""
    text = request.GET.get("q", "")
    chosen = request.GET.get("when", spans.USUAL)
    now = datetime.now(UTC)
    told: dict[str, Any] = {"q": text, "choices": _choices(text, chosen), "when": chosen}
    try:
        query = spans.within(parse(text, now=now), chosen, now=now)
    except QueryError as error:
        return render(request, "console/log.html", {**told, "mistake": str(error)}, status=400)
    at = request.GET.get("at", "")
    back = [one for one in request.GET.get("back", "").split("~") if one][-_MOST_BACK:]
    about = {"query": text, "when": chosen}
    found = _asked(
        request,
        f"searched: {text or 'everything'}",
        about,
        lambda log: (log.page(query, limit=_AT_ONCE, cursor=at), _bars(log, query, now)),
    )
    if isinstance(found, HttpResponse):
        return found
    page, bars = found
    told |= {"rows": [_row(row) for row in page.rows], "bars": bars, "is_first": not at}
    told |= _turning(text, chosen, at=at, back=back, older=page.cursor)
    return render(request, "console/log.html", told)


@require_safe
@company_only(Action.LOG_SEE)
def event(request: HttpRequest, index: int) -> HttpResponse:
    """One event: all its fields, its raw form, its place in the tree, whether it verifies."""
    about = {"event": str(index)}
    found = _asked(
        request,
        f"looked at event {index}",
        about,
        lambda log: (log.event(str(index)), log.judged(index)),
    )
    if isinstance(found, HttpResponse):
        return found
    row, judged = found
    if row is None:
        return refused(
            request,
            title="There is no such event",
            text="It was kept for as long as events of its kind are, and went; or it never was.",
            status=404,
        )
    from ringwall.lake.search.showing import named, pretty  # noqa: PLC0415 - see _asked

    forms = [
        (title, "\n".join(pretty(str(row[name]))))
        for name, title in (("raw", "Raw form"), ("personal", "Personal part"))
        if row.get(name) is not None
    ]
    told = {"index": index, "row": _row(row), "fields": named(row), "forms": forms}
    return render(request, "console/event.html", {**told, "judged": judged})


@require_safe
@company_only(Action.LOG_SEE)
def proof(request: HttpRequest, index: int) -> HttpResponse:
    """The proof of an event as a file, which ``ringwall log verify`` checks anywhere, offline."""
    message = f"took the proof of event {index}"
    try:
        found = _asked(request, message, {"event": str(index)}, lambda log: log.proof(index))
    except (LookupError, FileNotFoundError, ValueError) as error:
        said = str(error)
        text = f"{said[:1].upper()}{said[1:]}."
        return refused(request, title="It cannot be proven", text=text, status=404)
    if isinstance(found, HttpResponse):
        return found
    told = {"Content-Disposition": f'attachment; filename="event-{index}.proof.json"'}
    return HttpResponse(found, content_type="application/json", headers=told)


def _asked(request: HttpRequest, message: str, about: Any, ask: Any) -> Any:
    """What ``ask`` gets from the log once it is recorded that it asks; else a page that says why.

    :class:`~ringwall.runtime.recording.RecordingError` is told by what stands before all pages.
    """
    # Tens of megabytes, which a process that nobody asks does without.
    from ringwall.lake.reading_told import told  # noqa: PLC0415
    from ringwall.lake.search.connecting import TookTooLongError  # noqa: PLC0415
    from ringwall.lake.search.cursors import CursorError  # noqa: PLC0415
    from ringwall.lake.service import FOR_WEB, BusyError, Log, room  # noqa: PLC0415

    installation = current_installation()
    places = Places(installation.state, installation.run)
    if not places.log.is_dir():
        return refused(
            request,
            title="There is no log yet",
            text="It begins as soon as the installation runs. Come back in a moment.",
            status=404,
        )
    try:
        with room():
            told(places.state, message, about)
            return ask(Log(places, FOR_WEB))
    except BusyError:
        answer = refused(
            request,
            title="Many search at this moment",
            text="As many searches are under way as this machine takes. Try again in a moment.",
            status=429,
        )
        answer.headers["Retry-After"] = "2"
        return answer
    except BucketError as error:
        text = f"The store that the log's table lies in does not give it: {error}."
        return refused(request, title="The log cannot be read", text=text, status=503)
    except TookTooLongError:
        text = "Ask for less time, or more exactly: a field finds sooner than words do."
        return refused(request, title="It took too long", text=text, status=422)
    except CursorError:
        return refused(
            request,
            title="This page is none of the search",
            text="Search anew, and go on from there.",
            url=reverse("log"),
            action="Search anew",
        )


def _bars(log: "Log", query: Query, now: datetime) -> Any:
    """The picture above the list; ``None`` where there is nothing, or it would take too long."""
    from ringwall.lake.search.connecting import TookTooLongError  # noqa: PLC0415 - see _asked

    interval = spans.interval_of(query, now=now)
    try:
        counts = log.histogram(query, interval or spans.DAY)
    except TookTooLongError:
        return None
    if interval is None and counts:
        interval = spans.fitting(counts[-1][0] + spans.DAY - counts[0][0])
        longer = interval >= spans.DAY
        counts = spans.merged(counts, interval) if longer else log.histogram(query, interval)
    return spans.bars(counts, interval or spans.DAY)


def _choices(text: str, chosen: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": _url(q=text, when=name), "current": name == chosen}
        for name, label, _ in spans.CHOICES
    ]


def _turning(text: str, chosen: str, *, at: str, back: list[str], older: str) -> dict[str, Any]:
    """Where older and newer events are: cursors go one way, so those that led here are kept."""
    there = {"q": text, "when": chosen}
    urls: dict[str, Any] = {"older": None, "newer": None}
    if older:
        urls["older"] = _url(**there, at=older, back="~".join([*back, at][-_MOST_BACK:]))
    if at:
        before = back[-1] if back else ""
        urls["newer"] = _url(**there, at=before, back="~".join(back[:-1]))
    return urls


def _url(**said: str) -> str:
    given = {name: value for name, value in said.items() if value}
    return f"{reverse('log')}?{urlencode(given)}"


def _row(row: Any) -> dict[str, Any]:
    from ringwall.lake.search.showing import cells  # noqa: PLC0415 - see _asked

    found = cells(row)
    shown = {**asdict(found), "time": found.time.replace("T", " ").removesuffix("Z")}
    return {
        **shown,
        "tone": _TONES.get(found.style, ""),
        "badness": _BAD.get(found.severity, ""),
        "url": reverse("log_event", args=[row["index"]]),
    }
