"""A walk past the pages of the log and of the inventory."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page
from tests.identity.browser.house import House
from tests.identity.browser.people import member, someone
from tests.identity.browser.walks import heading, press, set_up_app, sign_in
from tests.inventory.scene import CALLS, NOON, from_internet, take, thing
from tests.lake.logs import ORIGIN, LogScene, append, edge_line, own_line
from tests.lake.signed import signed_tree

from ringwall.core.components import Relation
from ringwall.core.observations import Observation, State
from ringwall.inventory.categorising import Rules
from ringwall.inventory.rules import Rule
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
    yield from _looking_around(page)


def _looking_around(page: Page) -> Iterator[str]:
    """What the company runs, and how the internet gets at its database."""
    _there_is()
    press(page.get_by_role("navigation", name="Main").get_by_role("link", name="Inventory"))
    heading(page, "Inventory")
    yield "inventory"
    page.get_by_label("Search").fill("knd:aws-*")
    press(page.get_by_role("button", name="Search"))
    yield "inventory-mistake"
    page.goto("/company/inventory?q=is:unowned")
    yield "inventory-unowned"
    page.goto("/company/inventory?q=name:orders-db")
    press(page.locator("main .events a").first)
    heading(page, "orders-db")
    yield "inventory-component"
    page.goto("/company/inventory?q=kind:none")
    yield "inventory-nothing"


def _there_is() -> None:
    from ringwall.inventory import service

    web, base = "aws-ec2-instance/web-1", "aws-rds-instance/orders-db"
    denied = Observation(State.DENIED, None, "rds:ListTagsForResource", NOON, "AccessDenied")
    rules = Rules(
        [
            Rule.model_validate(
                {"name": "web", "match": {"name": "web*"}, "owner": "web@example.com"}
            )
        ]
    )
    ways = [from_internet(web), Relation(CALLS, web, base)]
    queues = [thing("aws-sqs-queue", f"{n:02}-{'long-name-' * 12}") for n in range(60)]
    for day, engine in enumerate(("postgres 16", "postgres 17")):
        several = [
            thing("aws-ec2-instance", "web-1", tags={"team": "web"}, listed={"State": "running"}),
            thing("aws-rds-instance", "orders-db", listed={"Engine": engine}, more=denied),
            *queues,
        ]
        take(*several, relations=ways, day=day, opens=["aws-ec2-instance"], rules=rules)
    service.derive()


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
