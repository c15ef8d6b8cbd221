"""What a source says of a scope is taken as a whole, and what became of each thing is kept."""

from typing import Any

import pytest
from tests.inventory.scene import (
    CALLS,
    EXPOSES,
    NOON,
    at,
    bucket,
    check_inventory,
    from_internet,
    story,
    take,
    thing,
)

from ringwall.core.components import Relation
from ringwall.core.observations import Observation, State

pytestmark = pytest.mark.usefixtures("database")
INVOICES, LOGS = "aws-s3-bucket/invoices", "aws-s3-bucket/logs"


def find(text: str = "") -> list[str]:
    from ringwall.inventory import service
    from ringwall.inventory.query import parse

    return [one.id for one in service.find(parse(text), limit=100)]


def test_what_a_complete_listing_does_not_tell_of_is_gone() -> None:
    taken = take(bucket("invoices"), bucket("logs"))
    assert (taken.appeared, taken.vanished) == (2, 0)
    taken = take(bucket("logs"), day=1)
    assert (taken.appeared, taken.changed, taken.vanished) == (0, 0, 1)
    assert find() == [LOGS]
    assert find("is:gone") == [INVOICES]
    assert story(INVOICES) == [("vanished", "")]


def test_what_a_partial_listing_does_not_tell_of_stays() -> None:
    take(bucket("invoices"), bucket("logs"))
    taken = take(bucket("logs"), day=1, complete=False)
    assert taken.vanished == 0
    assert find() == [INVOICES, LOGS]


def test_what_is_in_a_region_where_nobody_looked_stays() -> None:
    from ringwall.inventory import service

    ways = [from_internet("aws-s3-bucket/a")]
    take(bucket("a"), relations=ways)
    taken = take(day=1, regions=frozenset({"us-east-1"}))
    assert (taken.vanished, taken.unrelated) == (0, 0)
    taken = take(day=2, regions=frozenset({"us-east-1", "eu-west-1"}))
    assert (taken.vanished, taken.unrelated) == (1, 1)
    standing = service.get("aws-s3-bucket/a")
    assert standing is not None
    assert standing.gone is not None


def test_what_is_known_to_be_gone_goes_by_a_partial_listing_too() -> None:
    take(bucket("invoices"), bucket("logs"))
    assert take(day=1, complete=False, gone=[INVOICES]).vanished == 1
    assert find() == [LOGS]


def test_what_another_source_still_tells_of_stays() -> None:
    take(bucket("invoices", acl="private"), day=0)
    take(bucket("invoices", seen="by code"), source="terraform", scope="infra", day=1)
    taken = take(day=2)
    assert (taken.vanished, taken.changed) == (0, 1)
    assert find() == [INVOICES]
    assert story(INVOICES) == [("changed", "seen"), ("changed", "acl")]
    assert take(source="terraform", scope="infra", day=3).vanished == 1
    assert find() == []


def test_a_change_is_told_by_aspect_with_what_was_and_what_is() -> None:
    from ringwall.inventory import service

    take(bucket(acl="private", policy={"b": 1, "a": [1]}))
    taken = take(bucket(acl="public", policy={"a": [1], "b": 1}, tags={"team": "x"}), day=1)
    assert taken.changed == 1
    told = {one.aspect: (one.before, one.after) for one in service.history(INVOICES)}
    assert told == {
        "acl": ('{"state":"known","value":"private"}', '{"state":"known","value":"public"}'),
        "tags": ("", '[["team", "x"]]'),
    }


def test_reading_the_same_again_changes_nothing_whenever_it_was_read() -> None:
    take(bucket(acl=Observation(State.KNOWN, "private", "s3:GetBucketAcl", at(0))))
    taken = take(bucket(acl=Observation(State.KNOWN, "private", "s3:GetBucketAcl", at(1))), day=1)
    assert not taken.is_new
    assert story(INVOICES) == []


def test_a_read_that_was_denied_is_kept_as_denied_and_not_as_nothing() -> None:
    from ringwall.inventory import service

    take(bucket(policy={"a": 1}))
    take(bucket(policy=Observation(State.DENIED, None, "s3:GetBucketPolicy", NOON, "no")), day=1)
    (told,) = service.told_of(INVOICES)
    assert told.aspects["policy"] == {"state": "denied", "why": "no"}
    assert story(INVOICES) == [("changed", "policy")]


def test_what_comes_back_has_its_whole_history() -> None:
    from ringwall.inventory import service

    take(bucket())
    take(day=1)
    assert take(bucket(), day=2).appeared == 1
    found = service.get(INVOICES)
    assert found is not None
    assert (found.first, found.since, found.gone) == (at(0), at(2), None)
    assert story(INVOICES) == [("vanished", ""), ("appeared", "")]


def test_relations_come_and_go_and_name_what_nobody_told_of() -> None:
    from ringwall.inventory import service

    reader = Relation(CALLS, "aws-iam-role/reader", INVOICES)
    stranger = Relation(EXPOSES, INVOICES, "aws-account/999988887777")
    assert take(bucket(), thing("aws-iam-role", "reader"), relations=[reader]).related == 1
    taken = take(bucket(), thing("aws-iam-role", "reader"), relations=[stranger], day=1)
    assert (taken.related, taken.unrelated) == (1, 1)
    assert [(one.kind, one.other) for one in service.neighbours(INVOICES)] == [
        ("exposes", "aws-account/999988887777")
    ]
    assert story("aws-iam-role/reader") == [("unrelated", "calls")]
    assert story(INVOICES) == [("related", "exposes")]
    assert find("is:named") == ["aws-account/999988887777"]
    assert service.categories_of(["aws-account/999988887777", "none/such", "\0"]) == {}
    assert find() == ["aws-iam-role/reader", INVOICES]


def test_who_was_only_named_appears_when_somebody_tells_of_it() -> None:
    relation = Relation(CALLS, "aws-iam-role/reader", INVOICES)
    take(thing("aws-iam-role", "reader"), relations=[relation])
    assert take(bucket(), source="other", day=1).appeared == 1
    assert find("is:named") == []


def test_a_taking_that_is_killed_makes_nothing_vanish(monkeypatch: pytest.MonkeyPatch) -> None:
    from ringwall.inventory import rows

    take(bucket("invoices"), bucket("logs"))

    def cut() -> Any:
        yield bucket("logs", acl="public")
        raise KeyboardInterrupt

    monkeypatch.setattr(rows.chunks, "__defaults__", (1,))
    from ringwall.inventory import service

    with pytest.raises(KeyboardInterrupt):
        service.take("aws", "111122223333", cut(), (), complete=True, at=at(1))
    check_inventory()
    assert find() == [INVOICES, LOGS]
    assert story(LOGS) == [("changed", "acl")]
    assert take(bucket("logs"), day=2).vanished == 1


def test_a_listing_that_was_overtaken_ends() -> None:
    from ringwall.inventory import service
    from ringwall.inventory.taking import OvertakenError

    def overtaken() -> Any:
        take(bucket("logs"), day=2)
        yield bucket("invoices")

    with pytest.raises(OvertakenError, match="another listing of aws 111122223333 began"):
        service.take("aws", "111122223333", overtaken(), (), complete=True, at=at(1))
    assert find() == [LOGS]


def test_what_cannot_be_kept_is_refused_and_the_rest_is_taken() -> None:
    taken = take(
        bucket("a" * 3000),
        bucket("nul\0"),
        bucket("twice"),
        bucket("twice", acl=1),
        bucket("half", note="\ud800 and \0", number=2**70, moment=NOON, raw=b"\0\1"),
    )
    assert [why for _, why in taken.refused] == [
        "its id has more than 2000 bytes, or its kind more than 100",
        "its id has no kind, no name, or characters that cannot be kept",
        "it was told of before in this listing",
    ]
    assert find() == ["aws-s3-bucket/half", "aws-s3-bucket/twice"]


def test_passwords_of_programs_are_not_kept() -> None:
    from ringwall.inventory import service

    take(
        thing(
            "aws-lambda-function",
            "f",
            listed={
                "Environment": {"Variables": {"DB": "hunter2"}},
                "MasterUserPassword": "hunter2",
                "SecretArn": "arn:aws:x",
                "nested": [{"api_token": "hunter2", "HttpTokens": "required"}],
            },
        )
    )
    (told,) = service.told_of("aws-lambda-function/f")
    assert told.aspects["listed"]["value"] == {
        "Environment": {"Variables": {"DB": "(not kept)"}},
        "MasterUserPassword": "(not kept)",
        "SecretArn": "arn:aws:x",
        "nested": [{"api_token": "(not kept)", "HttpTokens": "required"}],
    }
