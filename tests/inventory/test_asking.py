"""Looking at what there is: queries, categories, ways, drift."""

from typing import Any

import pytest
from tests.inventory.scene import (
    CALLS,
    EXPOSES,
    NOON,
    STORES,
    at,
    bucket,
    from_internet,
    story,
    take,
    thing,
)

from ringwall.core.components import Classification, Exposure, Relation
from ringwall.core.observations import Observation, State
from ringwall.inventory.categorising import Rules
from ringwall.inventory.listing import INTERNET
from ringwall.inventory.query import parse
from ringwall.inventory.rules import Rule

pytestmark = pytest.mark.usefixtures("database")
INVOICES, WEB, DB = "aws-s3-bucket/invoices", "aws-ec2-instance/web", "aws-rds-instance/main"


def rules(*several: dict[str, Any]) -> Rules:
    return Rules(Rule.model_validate(one) for one in several)


def find(text: str = "") -> list[str]:
    from ringwall.inventory import service

    return [one.id for one in service.find(parse(text), limit=100)]


ASKED: tuple[tuple[str, list[str]], ...] = (
    ("kind:aws-s3-*", [INVOICES, "aws-s3-bucket/logs_[old]"]),
    ("kind:aws-s3-bucket,aws-rds-instance -tag:team", [DB]),
    ("tag:team=web", [WEB]),
    ("tag:team=b*", [INVOICES]),
    ("tag:te", []),
    ("INVOICES", [INVOICES]),
    ("_[old]", ["aws-s3-bucket/logs_[old]"]),
    ("s_o", []),
    ("name:web", [WEB]),
    ("name:*a*", [DB]),
    ("id:aws-s3-bucket/inv*", [INVOICES]),
    ("account:111122223333 region:eu-west-1 environment:development", ["aws-s3-bucket/logs_[old]"]),
    ("is:unowned", [DB, "aws-s3-bucket/logs_[old]"]),
    ("owner:sre@*", [WEB, INVOICES]),
    ("reach:internet", [WEB]),
    ("reach:behind", [DB]),
    ("reach:unknown", [INVOICES, "aws-s3-bucket/logs_[old]"]),
    ("exposure:internet", [WEB]),
    ("exposure:internal", [DB]),
    ("classification:public", []),
    ("layer:database", [DB, INVOICES, "aws-s3-bucket/logs_[old]"]),
    ("source:aws scope:1111*", [WEB, DB, INVOICES, "aws-s3-bucket/logs_[old]"]),
    ("source:terraform", []),
    ("is:named", [INTERNET]),
)


@pytest.fixture
def company(database: str) -> None:
    """A server that the internet reaches, and what is behind it."""
    take(
        bucket("invoices", tags={"team": "billing", "env": "prod"}),
        bucket("logs_[old]", tags={"team": "ops"}),
        thing("aws-ec2-instance", "web", tags={"team": "Web", "env": "prod"}),
        thing("aws-rds-instance", "main"),
        relations=[
            from_internet(WEB),
            Relation(CALLS, WEB, DB),
            Relation(STORES, WEB, INVOICES),
        ],
        opens=["aws-ec2-instance", "aws-rds-instance"],
        rules=rules(
            {"name": "prod", "match": {"tags": {"env": "prod"}}, "owner": "sre@example.com"},
            {"name": "old", "match": {"name": "*_[[]old]"}, "environment": "development"},
        ),
    )
    from ringwall.inventory import service

    service.derive()


@pytest.mark.usefixtures("company")
def test_a_query_finds_what_it_says() -> None:
    for text, found in ASKED:
        assert find(text) == found, text


def test_pages_follow_each_other() -> None:
    from ringwall.inventory import service

    take(*(bucket(f"b{n}") for n in range(7)))
    first = service.find(limit=4)
    second = service.find(limit=4, after=first[-1].id)
    assert [one.found.name for one in first + second] == [f"b{n}" for n in range(7)]
    assert service.count() == 7


@pytest.mark.usefixtures("company")
def test_pages_of_whatever_is_asked_for_follow_each_other() -> None:
    from ringwall.inventory import service

    for text, found in ASKED:
        paged: list[str] = []
        while page := service.find(parse(text), limit=1, after=paged[-1] if paged else ""):
            paged.append(page[0].id)
        assert paged == found, text


@pytest.mark.usefixtures("company")
def test_categories_are_those_that_the_queue_of_findings_asks_for() -> None:
    from ringwall.inventory import service
    from ringwall.inventory.categories import Known

    known = Known().of([WEB, DB, "aws-s3-bucket/none"])
    assert set(known) == {WEB, DB}
    web, main = known[WEB], known[DB]
    assert (web.owner, web.exposure) == ("sre@example.com", Exposure.INTERNET)
    assert web.classification is Classification.CONFIDENTIAL
    assert (main.owner, main.exposure) == ("", Exposure.INTERNAL)
    found = service.get(INVOICES)
    assert found is not None
    assert found.exposure == "unknown", "that nobody says it is said"


@pytest.mark.usefixtures("company")
def test_other_rules_put_all_into_other_categories() -> None:
    from ringwall.inventory import service

    new = rules({"name": "all", "match": {"kind": "*"}, "owner": "a@example.com"})
    assert service.categorise(new) == 5
    assert service.categorise(new) == 0
    assert find("is:unowned") == []
    assert service.explain(WEB, new)["owner"].by == "all"


@pytest.mark.usefixtures("company")
def test_ways_are_told_with_names() -> None:
    from ringwall.inventory import service

    found = service.paths(INTERNET, INVOICES)
    assert [[(hop.kind, hop.target) for hop in way] for way in found.ways] == [
        [(CALLS, WEB), (STORES, INVOICES)]
    ]
    assert service.paths(INVOICES, INTERNET).ways == ()


def test_a_way_says_through_what_as_it_was_told_last() -> None:
    from ringwall.inventory import service

    for day, why in enumerate(("", "port 22 is open", "port 22 is open", "port 443 is open")):
        take(bucket(), relations=[Relation(CALLS, INTERNET, INVOICES, why)], day=day)
        (way,) = service.paths(INTERNET, INVOICES).ways
        (near,) = service.neighbours(INVOICES)
        assert [hop.why for hop in way] == [near.why] == [why]
        assert near.since == NOON, "that it goes by another way does not make it new"
    assert story(INVOICES) == []


@pytest.mark.usefixtures("company")
def test_people_name_a_component_by_what_they_call_it() -> None:
    from ringwall.inventory import service

    assert service.named("web").id == WEB
    take(thing("aws-ecs-service", "web"), scope="more")
    with pytest.raises(LookupError, match="several components are called web: aws-ec2"):
        service.named("web")
    with pytest.raises(LookupError, match="there is no component nothing"):
        service.named("nothing")


def test_a_denied_read_is_no_proof_that_nothing_reaches_it() -> None:
    from ringwall.inventory import service

    denied = Observation(State.DENIED, None, "ec2:Describe", NOON, "AccessDenied")
    take(
        thing("aws-elb", "front", listeners=denied),
        thing("aws-ec2-instance", "behind"),
        thing("aws-ec2-instance", "apart"),
        relations=[Relation(EXPOSES, "aws-elb/front", "aws-ec2-instance/behind")],
        opens=["aws-elb", "aws-ec2-instance"],
    )
    service.derive()
    assert find("reach:unknown") == ["aws-ec2-instance/behind", "aws-elb/front"]
    assert find("reach:none") == ["aws-ec2-instance/apart"]


def test_drift_is_what_is_not_as_it_was() -> None:
    from ringwall.inventory import service

    web = thing("aws-ec2-instance", "web")
    way = Relation(CALLS, WEB, INVOICES)
    take(bucket(acl="a", policy=1), bucket("old"), web, day=0)
    take(bucket(acl="b", policy=2), bucket("old"), bucket("brief"), web, day=1, relations=[way])
    take(bucket(acl="c", policy=1), bucket("new"), web, day=2, relations=[way])
    take(bucket(acl="c", policy=1), bucket("new"), web, day=3)

    def drift(begin: float, end: float, text: str = "") -> list[Any]:
        return [
            (one.component.partition("/")[2], one.what.value, [name for name, _, _ in one.changes])
            for one in service.drift(at(begin), at(end), parse(text))
        ]

    assert drift(0, 2) == [
        ("web", "changed", ["calls"]),
        ("brief", "passed", []),
        ("invoices", "changed", ["acl"]),
        ("new", "appeared", []),
        ("old", "vanished", []),
    ]
    assert drift(0, 3, "invoices") == [("invoices", "changed", ["acl"])]
    assert drift(0, 3, "web") == []
    assert drift(2, 3) == [("web", "changed", ["calls"])]
    assert drift(3, 9) == []
