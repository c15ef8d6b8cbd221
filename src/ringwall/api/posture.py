"""``/api/v1/posture/``: how accounts, frameworks and checks stand after the last scans."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.params.functions import Query as Parameter

from ringwall.api.problems import ProblemError
from ringwall.runtime.current import current_installation

if TYPE_CHECKING:
    from ringwall.posture.service import Account
    from ringwall.posture.summing import Summary

router: Final = Router()

SCOPE: Final = Parameter(
    "", max_length=100, description="Only of this account (12 digits), `code NAME`, or `ringwall`"
)
OWNER: Final = Parameter("", max_length=300, description="Only of what is theirs, a point a day")
ONE_ACCOUNT: Final = Parameter(..., max_length=20, description="The account (12 digits)")
BEFORE: Final = Parameter(None, description="A time that `scans` tells; the last but one if none")
NOW: Final = Parameter(None, description="Another one; the last if none")


class Accounts(Schema):
    """Accounts, code bases (`code NAME`) and `ringwall`; ``whole``: all that was asked was told."""

    accounts: list[dict[str, Any]]


class Frameworks(Schema):
    """Frameworks; ``not_judged`` names accounts that they say nothing of.

    ``stale`` are accounts that were judged by checks which are others by now.
    """

    frameworks: list[dict[str, Any]]
    not_judged: list[str]
    stale: list[str]


class Checks(Schema):
    """Checks, with how many verdicts each comes to."""

    checks: list[dict[str, Any]]


class History(Schema):
    """How frameworks stood after each scan by all checks, the oldest first."""

    history: list[dict[str, Any]]


class Scans(Schema):
    """When accounts were scanned by all checks, as far back as that is kept."""

    scans: list[dict[str, Any]]


class Changes(Schema):
    """The last scan by all checks beside the one before it, by account and framework."""

    changes: list[dict[str, Any]]


@router.get("accounts", response=Accounts, summary="Accounts that were read")
def accounts(request: HttpRequest) -> Any:
    """When each was read last, whether whole, and what came out. A denied read is never a pass."""
    del request
    from ringwall.posture.telling import told_of_account  # noqa: PLC0415 - most never ask

    return {"accounts": [told_of_account(one) for one in _accounts("")]}


@router.get("frameworks", response=Frameworks, summary="Frameworks as they stand")
def frameworks(request: HttpRequest, account: str = SCOPE) -> Any:
    """Each with all its controls as the denominator, those included that no check looks at."""
    del request
    from ringwall.posture import service, summing, telling  # noqa: PLC0415 - most never ask

    chosen = _accounts(account)
    several, mapped = _summaries(chosen), service.mapped(current_installation())
    found = [
        telling.told_of_framework(summing.stands(one, mapped, several))
        for one in service.frameworks().values()
    ]
    return {"frameworks": found, **_not_so(chosen)}


@router.get("frameworks/{name}", response=dict[str, Any], summary="One framework")
def framework(request: HttpRequest, name: str, account: str = SCOPE) -> Any:
    """Control by control: how it stands, how strongly checks support it, which."""
    del request
    from ringwall.posture import service, summing, telling  # noqa: PLC0415 - most never ask

    known = service.frameworks().get(name)
    if known is None:
        raise ProblemError(404, "Not found", f"there is no framework {name[:100]}")
    chosen = _accounts(account)
    mapped = service.mapped(current_installation())
    found = summing.stands(known, mapped, _summaries(chosen))
    controls = [telling.told_of_control(one) for one in found.controls]
    told = telling.told_of_framework(found)
    return {**told, "controls": controls, **_not_so(chosen)}


@router.get("checks", response=Checks, summary="Checks")
def checks(request: HttpRequest, account: str = SCOPE) -> Any:
    """All checks, and how many verdicts each comes to in the accounts that were read."""
    del request
    from ringwall.posture import service, telling  # noqa: PLC0415 - most never ask

    several = _summaries(_accounts(account))
    return {
        "checks": [
            {
                "check": one.id,
                "title": one.title,
                "severity": one.severity.value,
                "judges": one.judges,
                "verdicts": telling.standing_of_check(one.id, several)["verdicts"],
            }
            for one in service.check_pages(current_installation())
        ]
    }


@router.get("checks/{name}", response=dict[str, Any], summary="One check")
def check(request: HttpRequest, name: str, account: str = SCOPE) -> Any:
    """A check's page, and the components that it does not pass, up to 200 of each account."""
    del request
    from ringwall.posture import service, telling  # noqa: PLC0415 - most never ask

    known = service.check_page(name)
    if known is None:
        raise ProblemError(404, "Not found", f"there is no check {name[:100]}")
    chosen = _accounts(account)
    said = telling.in_order(service.said(current_installation(), name, chosen))
    return {
        **telling.told_of_check(known),
        **telling.standing_of_check(name, _summaries(chosen)),
        "components": [telling.told_of_said(one) for one in said],
        **_not_so(chosen),
    }


@router.get("history", response=History, summary="How frameworks stood")
def history(
    request: HttpRequest, account: str = SCOPE, framework: str = "", owner: str = OWNER
) -> Any:
    """A point for each scan by all checks. A share also changes when more checks look."""
    del request
    from ringwall.posture import service, telling  # noqa: PLC0415 - most never ask

    try:
        points = list(
            service.history(
                current_installation(), account=account, framework=framework, owner=owner
            )
        )
    except ValueError as error:
        raise _unreadable() from error
    return {"history": [telling.told_of_point(one) for one in points]}


@router.get("scans", response=Scans, summary="Scans that can be compared")
def scans(request: HttpRequest, account: str = SCOPE) -> Any:
    """When each account was scanned by all checks, the oldest first: a week, then one a day."""
    del request
    from ringwall.posture import service  # noqa: PLC0415 - most never ask

    several = [one.account for one in _accounts(account)]
    installation = current_installation()
    return {
        "scans": [
            {"account": name, "at": at.isoformat()}
            for name in several
            for at in service.scans(installation, name)
        ]
    }


@router.get("differences", response=dict[str, Any], summary="What changed between two scans")
def differences(
    request: HttpRequest,
    account: str = ONE_ACCOUNT,
    before: datetime | None = BEFORE,
    now: datetime | None = NOW,
) -> Any:
    """The checks that say something else, what got worse first."""
    del request
    from ringwall.posture import service, telling  # noqa: PLC0415 - most never ask

    _accounts(account)
    installation = current_installation()
    known = service.scans(installation, account)
    if len(known) < 2:
        detail = f"account {account} was not scanned twice by all checks yet"
        raise ProblemError(404, "Not found", detail)
    found = service.between(installation, account, before or known[-2], now or known[-1])
    if found is None:
        detail = "no scan of that time is kept: /api/v1/posture/scans tells which are"
        raise ProblemError(404, "Not found", detail)
    return {"account": account, **telling.told_of_between(found)}


@router.get("changes", response=Changes, summary="What changed with the last scan")
def changes(request: HttpRequest, account: str = SCOPE, framework: str = "") -> Any:
    """Of each account and framework the last two scans by all checks."""
    del request
    from ringwall.posture import service, telling  # noqa: PLC0415 - most never ask

    try:
        found = service.changed(current_installation())
    except ValueError as error:
        raise _unreadable() from error
    return {
        "changes": [
            telling.told_of_change(one)
            for one in found
            if account in {"", one.now.account} and framework in {"", one.now.framework}
        ]
    }


def _accounts(wanted: str) -> "list[Account]":
    """All accounts, or the one that is wanted; a problem where that was never read."""
    from ringwall.posture import service  # noqa: PLC0415 - most never ask

    found = service.accounts(current_installation())
    if not wanted:
        return found
    found = [one for one in found if one.account == wanted]
    if not found:
        detail = f"{wanted} was never judged: `ringwall posture scan` reads an account"
        raise ProblemError(404, "Not found", detail)
    return found


def _summaries(several: "Iterable[Account]") -> "Sequence[Summary]":
    return [one.summary for one in several if one.summary is not None]


def _not_so(several: "Iterable[Account]") -> dict[str, list[str]]:
    """Accounts that nothing is said of, and those that were judged by checks of before."""
    accounts = list(several)
    return {
        "not_judged": [one.account for one in accounts if one.summary is None],
        "stale": [one.account for one in accounts if one.is_stale],
    }


def _unreadable() -> ProblemError:
    detail = "something that Ringwall keeps cannot be read: `ringwall posture history` says why"
    return ProblemError(503, "It cannot be read", detail)
