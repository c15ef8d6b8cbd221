"""A walk past the pages on which people ask for access, and on which others answer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.utils import timezone
from playwright.sync_api import Page
from tests.identity.browser.house import House
from tests.identity.browser.people import member, someone
from tests.identity.browser.walks import heading, sign_in

from ringwall.access.config import Requestable, Requests
from ringwall.identity import facts as facts_file

_OFFERED = Requests(
    roles={
        "approver": Requestable(longest=8 * 3600.0),
        "billing-manager": Requestable(requestable_by=("buyer",), longest=7 * 86400.0, approvals=2),
        "exporter": Requestable(longest=90 * 60.0),
    }
)


def askers(page: Page, house: House) -> Iterator[str]:
    """Ada asks, Bo answers; each name is told when its page is in the browser."""
    known = facts_file.read(house.state)
    facts_file.write(house.state, replace(known, requests=_OFFERED))
    try:
        yield from _walk(page)
    finally:
        facts_file.write(house.state, known)


def _walk(page: Page) -> Iterator[str]:
    ada, bo = someone(), someone(name="Bo Lindqvist")
    place = member(ada, "gallery-pier", "Pier Nine Trading", roles=("buyer",))
    member(bo, "gallery-pier", "Pier Nine Trading", roles=("administrator",))
    _past(ada, bo, place)
    sign_in(page, ada.email)
    heading(page, "Hello, Ada")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Access requests").click()
    heading(page, "Access requests")
    yield "requests-before"
    page.get_by_role("button", name="Ask for it").click()
    page.get_by_label("Why").fill("Dunning for the year's end")
    page.get_by_label("billing-manager").check()
    page.get_by_label("exporter").check()
    page.get_by_label("For how long").select_option("1440")
    page.get_by_role("button", name="Ask for it").click()
    page.get_by_text("These roles are given for 1m to 90m.").wait_for()
    yield "requests-refused"
    page.get_by_label("exporter").uncheck()
    page.get_by_role("button", name="Ask for it").click()
    page.get_by_text("Your request waits for somebody to approve it.").wait_for()
    yield "requests"
    page.context.clear_cookies()
    sign_in(page, bo.email)
    heading(page, "Hello, Bo")
    page.goto("/requests")
    yield "requests-to-answer"
    page.get_by_role("link", name="Answer the request").first.click()
    heading(page, "Pier Nine Trading")
    yield "organisation-requests"
    page.locator("summary", has_text="Approve").first.click()
    page.locator("summary", has_text="Deny").first.click()
    yield "organisation-requests-questions"
    page.get_by_label("For how long, from now on").first.select_option("15")
    page.get_by_role("button", name="Approve", exact=True).first.click()
    page.get_by_text("It takes somebody else too.").wait_for()
    yield "organisation-requests-half"
    page.locator("summary", has_text="End").first.click()
    page.locator("input[name=note]:visible").fill("The quarter is closed")
    page.get_by_role("button", name="End it").click()
    page.get_by_role("status").get_by_text("has these roles no more").wait_for()
    yield "organisation-requests-ended"
    page.goto("/organisations/gallery-pier/")
    yield "members-with-lent-roles"


def _past(ada: Any, bo: Any, place: Any) -> None:
    """What has become of other requests, and one role for some time of each of two people."""
    from ringwall.identity.models import AccessRequest
    from ringwall.identity.requesting import moves

    hour, now = timedelta(hours=1), timezone.now()
    cyd = someone(name="Cyd Amara")
    member(cyd, place.slug, place.name, roles=("buyer", "seller"))

    def ask(user: Any, role: str, reason: str) -> Any:
        return moves.make(place, user, [role], lasts=hour, reason=reason, by=user)

    moves.deny(ask(ada, "exporter", "Curious"), by=bo, reason="Ask again when it is needed.")
    moves.withdraw(ask(ada, "exporter", "Mistaken"), by=ada)
    ask(ada, "approver", "Nobody was there")
    AccessRequest.objects.filter(reason="Nobody was there").update(answer_by=now)
    moves.approve(ask(ada, "approver", "Harbour dues for November, as agreed with Cyd"), by=bo)
    moves.approve(ask(cyd, "approver", "Stands in for Ada"), by=bo)
    ask(cyd, "exporter", "The auditors want the ledger of the third quarter as a file")
