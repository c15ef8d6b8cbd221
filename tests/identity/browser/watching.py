"""A walk past the pages of the log, of the inventory, of findings and of posture."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page
from tests.findings.scene import BUCKET, finding
from tests.findings.scene import take as found
from tests.identity.browser.house import House
from tests.identity.browser.people import member, someone
from tests.identity.browser.walks import heading, press, set_up_app, sign_in
from tests.inventory.scene import CALLS, NOON, from_internet, take, thing
from tests.lake.logs import ORIGIN, LogScene, append, edge_line, own_line
from tests.lake.signed import signed_tree
from tests.posture import kept

from ringwall.core.components import Relation
from ringwall.core.findings import Severity
from ringwall.core.observations import Fact, Observation, State
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
    own = member(ada, slug, name, roles=("security-administrator",))
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
    yield from _mending(page)
    yield from _standing(page, house)


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


def _mending(page: Page) -> Iterator[str]:
    """What is wrong, and what is done about it."""
    main = page.get_by_role("navigation", name="Main")
    press(main.get_by_role("link", name="Findings"))
    heading(page, "Findings")
    yield "findings-nothing"
    _is_wrong()
    page.goto("/company/findings")
    yield "findings"
    press(page.get_by_role("link", name="More"))
    yield "findings-more"
    page.goto("/company/findings?q=invoices&severity=medium&source=ringwall")
    yield "findings-filtered"
    page.goto("/company/findings?severity=worst")
    yield "findings-mistake"
    page.goto("/company/findings")
    press(page.locator("main .events a").first)
    heading(page, "The bucket is open to the world")
    yield "finding"
    press(page.get_by_role("button", name="Start work on it"))
    page.get_by_text("It is in progress now").wait_for()
    page.get_by_label("Comment").fill("Asked the team: the site moves behind the CDN on Monday.")
    press(page.get_by_role("button", name="Comment"))
    page.get_by_text("Accept the risk").click()
    yield "finding-accepting"
    page.get_by_label("Who answers for it").fill("ada@example.com")
    accepting = page.locator("details").filter(has_text="Accept the risk")
    accepting.get_by_label("Reason").fill("The site is public on purpose until it has moved.")
    press(page.get_by_role("button", name="Accept it"))
    page.get_by_text("Nobody has to do anything until").wait_for()
    yield "finding-accepted"


def _standing(page: Page, house: House) -> Iterator[str]:
    """How the clouds stand, and what of them could not be read."""
    main = page.get_by_role("navigation", name="Main")
    press(main.get_by_role("link", name="Posture"))
    heading(page, "Posture")
    yield "posture-nothing"
    for day, mended in enumerate((False, True)):
        kept.keep(house.state, day=day, mended=mended)
    kept.keep(house.state, kept.OTHER, in_unknown=True)
    kept.keep_scope(house.state, "code shop")
    page.goto("/company/posture")
    yield "posture"
    press(page.get_by_role("link", name="CIS Amazon Web Services Foundations Benchmark 3.0"))
    yield "posture-framework"
    page.goto("/company/posture/frameworks/cis-aws-3.0?standing=passing")
    yield "posture-framework-passing"
    page.goto(f"/company/posture/checks/{kept.CHECK}")
    yield "posture-check"
    page.goto(f"/company/posture/checks/{kept.KEYS}")
    yield "posture-check-unread"
    page.goto("/company/posture/checks/aws-sqs-queue-public")
    page.get_by_text("control policies of its organisation are left out", exact=False).wait_for()
    yield "posture-check-unbound"
    page.goto("/company/posture/changes")
    heading(page, "Between two scans")
    yield "posture-changes"
    yield from _over_time(page, house)


def _over_time(page: Page, house: House) -> Iterator[str]:
    """Some weeks of two accounts, of which one could not all be read at times."""
    for day in range(3, 60, 2):
        kept.remember(house.state, day=day, passed=0.3 + day / 90, checks=300 + day // 20 * 15)
        if day % 3 == 0:
            other, partial = kept.OTHER, day % 9 == 0
            kept.remember(house.state, other, day=day, passed=0.7, checks=300, partial=partial)
        kept.remember(house.state, day=day, passed=0.5 + day / 200, checks=300, owner="Team Web")
    page.goto("/company/posture")
    press(page.get_by_role("link", name="Over time"))
    heading(page, "Posture over time")
    yield "posture-history"
    press(page.get_by_role("link", name="CIS Amazon Web Services Foundations Benchmark 3.0"))
    yield "posture-framework-history"
    page.get_by_label("Owner").select_option("Team Web")
    press(page.get_by_role("button", name="Show"))
    page.get_by_text("of what is Team Web's").wait_for()
    yield "posture-framework-history-owner"
    page.goto(f"/company/posture/changes?account={kept.OTHER}")
    yield "posture-changes-none"


def _is_wrong() -> None:
    denied = Fact(BUCKET, "public_access_block", State.DENIED, "s3:GetBlock", NOON, "AccessDenied")
    read = Fact(BUCKET, "policy", State.KNOWN, "s3:GetBucketPolicy", NOON)
    worst = finding(
        severity=Severity.CRITICAL,
        component=BUCKET,
        facts=(read, denied),
        references=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control.html",),
        controls=("cis-aws-3.0 2.1.4", "nist-800-53r5 AC-3"),
    )
    severities = list(Severity)
    others = [
        finding(
            component=f"aws-s3-bucket/arn:aws:s3:::{'long-name-' * 9}{n:02}",
            severity=severities[n % 4],
            title="Nobody turns keys" if n % 3 else "The bucket keeps no versions",
            weakness=f"aws-s3-bucket-{n % 3}",
        )
        for n in range(60)
    ]
    found(worst, *others)


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
