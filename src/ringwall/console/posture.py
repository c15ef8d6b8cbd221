"""Posture as pages: accounts and frameworks, one framework by controls, one check."""

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ringwall.access.actions import Action
from ringwall.console.posture_shown import (
    OUTCOMES,
    SHOWN,
    account_shown,
    change_shown,
    control_shown,
    counted,
    framework_shown,
    missing_shown,
    queued,
    row_shown,
    tabs,
)
from ringwall.identity import sessions
from ringwall.identity.authority import may_see_findings, may_see_inventory
from ringwall.identity.pages.company import company_only
from ringwall.identity.pages.errors import refused
from ringwall.runtime.current import current_installation

if TYPE_CHECKING:
    from ringwall.posture.frameworks.catalogue import Framework

_SEVERITIES: Final = {"critical": "danger", "high": "danger", "medium": "warn"}


@require_safe
@company_only(Action.POSTURE_SEE)
def overview(request: HttpRequest) -> HttpResponse:
    """Accounts with their last scans, frameworks with all their controls, what changed."""
    from ringwall.posture import service  # noqa: PLC0415 - most never ask

    def shown() -> HttpResponse:
        from ringwall.posture.summing import stands  # noqa: PLC0415 - as above

        installation = current_installation()
        several = service.accounts(installation)
        summaries = [one.summary for one in several if one.summary is not None]
        known, mapped = service.frameworks(), service.mapped(installation)
        told: dict[str, Any] = {
            "accounts": [account_shown(one) for one in several],
            "frameworks": [
                framework_shown(stands(one, mapped, summaries)) for one in known.values()
            ],
            "changes": [
                each
                for one in service.changed(installation)
                if (each := change_shown(one, _title(known.get(one.now.framework))))
            ],
            "is_judged": bool(summaries),
        }
        return render(request, "console/posture.html", told)

    return or_why(request, shown)


@require_safe
@company_only(Action.POSTURE_SEE)
def framework(request: HttpRequest, name: str) -> HttpResponse:
    """One framework, control by control; of one ``account`` or of all, of one ``standing``."""
    return or_why(request, partial(_one_framework, request, name))


def _one_framework(request: HttpRequest, name: str) -> HttpResponse:
    from ringwall.posture import service  # noqa: PLC0415 - most never ask
    from ringwall.posture.frameworks.coverage import Standing  # noqa: PLC0415 - as above
    from ringwall.posture.summing import stands  # noqa: PLC0415 - as above

    installation = current_installation()
    known = service.frameworks().get(name)
    if known is None:
        return none(request, "framework")
    account, standing = request.GET.get("account", ""), request.GET.get("standing", "")
    several = service.accounts(installation)
    chosen = [one for one in several if account in {"", one.account}]
    if account and not chosen:
        return none(request, "scope")
    found = stands(
        known,
        service.mapped(installation),
        [one.summary for one in chosen if one.summary is not None],
    )
    told = {
        "one": framework_shown(found),
        "of": known.of,
        "controls": [
            control_shown(each) for each in found.controls if standing in {"", each.standing.value}
        ],
        "standings": tabs(
            name,
            account,
            standing,
            [("All", ""), *((one.value.capitalize(), one.value) for one in Standing)],
        ),
        "accounts": [("", "All together"), *((one.account, one.account) for one in several)],
        "account": account,
        "standing": standing,
        "missing": missing_shown(chosen),
        "is_judged": any(one.summary is not None for one in chosen),
    }
    return render(request, "console/framework.html", told)


@require_safe
@company_only(Action.POSTURE_SEE)
def check(request: HttpRequest, name: str) -> HttpResponse:
    """One check: its page, what it comes to, the components that it does not pass."""
    return or_why(request, partial(_one_check, request, name))


def _one_check(request: HttpRequest, name: str) -> HttpResponse:
    from ringwall.posture import service, telling  # noqa: PLC0415 - most never ask
    from ringwall.posture.reports.report import CONTROL_POLICIES  # noqa: PLC0415 - as above

    known, installation = service.check_page(name), current_installation()
    if known is None:
        return none(request, "check")
    several = service.accounts(installation)
    summaries = [one.summary for one in several if one.summary is not None]
    counts = telling.standing_of_check(name, summaries)
    said = telling.in_order(service.said(installation, name, several))
    person = sessions.signed_in(request).user
    findings = queued(said) if may_see_findings(person) else set()
    inventory = may_see_inventory(person)
    verdicts = counts["verdicts"]
    more = verdicts["fail"] + verdicts["unknown"] - min(len(said), SHOWN)
    told = {
        "check": known,
        "tone": _SEVERITIES.get(known.severity, ""),
        "controls": [
            (one, reverse("posture_framework", args=[one.partition(" ")[0]]))
            for one in known.controls
        ],
        "verdicts": [counted(o, verdicts[str(o)]) for o in OUTCOMES],
        "links": [one for one in known.references if one.startswith("https://")],
        "names": [one for one in known.references if not one.startswith("https://")],
        "rows": [row_shown(one, findings, inventory=inventory) for one in said[:SHOWN]],
        "more": f"{more:,}" if more else "",
        "unread": counts["could_not_look"],
        "missing": missing_shown(several, by_policies=CONTROL_POLICIES in known.reads),
        "is_cloud": known.judges.startswith("aws-"),
        "is_counted": any(verdicts.values()),
        "is_judged": bool(summaries),
    }
    return render(request, "console/check.html", told)


def _title(one: "Framework | None") -> str:
    return "" if one is None else one.title


def none(request: HttpRequest, what: str) -> HttpResponse:
    """That there is no such thing."""
    return refused(
        request,
        title=f"There is no such {what}",
        text="Posture tells which there are.",
        url=reverse("posture"),
        action="Look at posture",
        status=404,
    )


def or_why(request: HttpRequest, shown: Any) -> HttpResponse:
    """The page; or why it cannot be made."""
    try:
        found: HttpResponse = shown()
    except ValueError:
        title = "Posture cannot be shown"
        text = "Something that it is made of cannot be read: `ringwall posture history` says why."
        found = refused(request, title=title, text=text, status=503)
    return found
