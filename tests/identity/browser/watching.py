"""A walk past the pages of the log."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page
from tests.identity.browser.house import House
from tests.identity.browser.people import member, someone
from tests.identity.browser.walks import heading, press, set_up_app, sign_in
from tests.lake.logs import ORIGIN, LogScene, append, edge_line, own_line
from tests.lake.signed import signed_tree

from ringwall.lake.places import Places


class _Here(LogScene):
    """A log in the state folder that the pages read."""

    @property
    def places(self) -> Places:
        return Places(self.root, self.root / "run")


def watchers(page: Page, house: House) -> Iterator[str]:
    """Somebody of the company who reads what happened, some of it hostile."""
    from ringwall.identity.models import Organisation

    _happened(house)
    ada = someone(name="Ada Lindgren")
    company = Organisation.objects.filter(kind="provider").first()
    slug, name = ("company", "The Shop") if company is None else (company.slug, company.name)
    own = member(ada, slug, name, roles=("auditor",))
    Organisation.objects.filter(pk=own.pk).update(kind="provider")
    sign_in(page, ada.email)
    set_up_app(page)
    page.goto("/")
    press(page.get_by_role("navigation", name="Main").get_by_role("link", name="Log"))
    heading(page, "Log")
    yield "log"
    press(page.get_by_role("link", name="Older"))
    yield "log-older"
    page.get_by_label("Search").fill("status:>=4oo last 2h")
    press(page.get_by_role("button", name="Search"))
    yield "log-mistake"
    page.goto("/company/log?q=is:denied&when=all")
    yield "log-denied"
    page.goto("/company/log?q=path:*script*&when=all")
    press(page.locator(".events a").first)
    yield "log-event"
    page.goto("/company/log?q=user:nobody")
    yield "log-nothing"


def _happened(house: House) -> None:
    scene, now = _Here(house.state), datetime.now(UTC)
    for number in range(400):
        at = now - timedelta(minutes=3 * (number % 37) * (number % 11), seconds=number)
        denied = number % 9 == 0
        line = edge_line(
            number,
            time=at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            status=403 if denied else 200,
            details="rbac_access_denied_matched_policy[no-guests]" if denied else "via_upstream",
            policy="no-guests" if denied else None,
        )
        append(scene.places.edge[0], line)
    hostile = "/search/<script>alert(document.cookie)</script>\x1b[2J\u202egpj.exe?" + "long" * 60
    append(scene.places.edge[0], edge_line(400, path=hostile))
    append(scene.places.activity, own_line("ab"))
    scene.collect(flush=True)
    signed_tree(scene.places.tree, house.state / "notary-keys", ORIGIN)
