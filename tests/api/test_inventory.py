"""The inventory over HTTP."""

from typing import Any

import pytest
from tests.api.conftest import act_as
from tests.inventory.scene import CALLS, at, bucket, from_internet, take, thing

from ringwall.core.components import Relation
from ringwall.identity.facts import Facts

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # no matter of tables
AT = "/api/v1/inventory"
WEB, INVOICES = "aws-ec2-instance/web", "aws-s3-bucket/invoices"


@pytest.fixture
def auditor(facts: Facts, people: None, browser: Any) -> Any:
    ways = [from_internet(WEB), Relation(CALLS, WEB, INVOICES)]
    several = [thing("aws-ec2-instance", "web"), bucket("invoices"), bucket("logs")]
    take(*several, relations=ways)
    take(several[0], bucket("invoices", acl="open"), relations=ways, day=1)
    act_as(browser, "auditor@example.com")
    browser.get("/")
    return browser


def test_components_come_page_by_page(auditor: Any) -> None:
    seen: list[str] = []
    path: str | None = f"{AT}/components?limit=1"
    while path is not None:
        answer = auditor.get(path)
        assert answer.status_code == 200, answer.content
        seen += [one["id"] for one in answer.json()["components"]]
        link = answer.headers.get("Link")
        path = None if link is None else link.partition(">")[0].removeprefix("<")
    assert seen == [WEB, INVOICES]
    assert auditor.get(f"{AT}/count?q=kind:aws-s3-*").json() == {"count": 1}


def test_a_component_has_all_there_is_of_it(auditor: Any) -> None:
    told = auditor.get(f"{AT}/component?id={INVOICES}").json()
    assert told["told_by"][0]["aspects"]["acl"] == {"state": "known", "value": "open"}
    assert [one["other"] for one in told["relations"]] == [WEB]
    assert [one["aspect"] for one in told["history"]] == ["acl"]
    assert auditor.get(f"{AT}/component?id=aws-x/none").status_code == 404


def test_ways_are_told_hop_by_hop(auditor: Any) -> None:
    told = auditor.get(f"{AT}/paths?to={INVOICES}").json()
    assert [hop["to"] for hop in told["ways"][0]] == [WEB, INVOICES]
    assert auditor.get(f"{AT}/paths?to={WEB}&from={INVOICES}").json()["ways"] == []
    assert auditor.get(f"{AT}/paths?to=aws-x/none").status_code == 404


def test_drift_is_told_between_two_times(auditor: Any) -> None:
    def drift(**asked: str) -> Any:
        return auditor.get(f"{AT}/drift", asked).json()

    told = drift(since=at(0).isoformat(), until=at(1).isoformat())
    assert [(one["component"], one["what"]) for one in told["drift"]] == [
        (INVOICES, "changed"),
        ("aws-s3-bucket/logs", "vanished"),
    ]
    assert told["is_whole"]
    assert not drift(since=at(0).isoformat(), until=at(1).isoformat(), limit="1")["is_whole"]
    assert drift(since=at(1).isoformat(), until=at(0).isoformat())["status"] == 400


def test_mistakes_are_told_as_problems(auditor: Any) -> None:
    for path in ("components?q=knd:x", "components?limit=0", "drift?since=yesterday", "component"):
        answer = auditor.get(f"{AT}/{path}")
        assert answer.status_code == 400, path
        assert answer.headers["Content-Type"] == "application/problem+json"
