"""What the inventory is told the internet comes to, and of what that nobody does."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.posture.lands import made_by
from tests.posture.lands import read as read_lands
from tests.posture.test_across import (
    FRONT,
    LAMBDA,
    LEDGER,
    WEB,
    Parts,
    document,
    front,
    read_of,
    role,
    statement,
)

from ringwall.core.components import RelationKind
from ringwall.core.observations import Observation, State
from ringwall.inventory.gathered import Gathered
from ringwall.inventory.listing import INTERNET
from ringwall.inventory.reaching import Reach, reached
from ringwall.posture.attacks import Standing, assets_of, attacks
from ringwall.posture.checking import ABSENT
from ringwall.posture.keeping import Kept
from ringwall.posture.listings import is_bounded, of_account
from ringwall.posture.reaching import coming
from ringwall.posture.snapshot.snapshot import Snapshot
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import find

BUCKET, ROLE = f"aws-s3-bucket/{LEDGER}", f"aws-iam-role/{WEB}"
FUNCTION = f"aws-lambda-function/arn:aws:lambda:eu-west-1:{FRONT}:function:front"
DENIED = Observation(State.DENIED, None, "s3:GetX", None, "AccessDenied")
READS = role(WEB, LAMBDA, statement("s3:GetObject", f"{LEDGER}/*"))
READS_NOTHING = role(WEB, LAMBDA)
BLOCK = dict.fromkeys(("IgnorePublicAcls", "RestrictPublicBuckets"), True)
OTHERS = {"AWS": "arn:aws:iam::999988887777:root"}


def bucket(**told: Any) -> Parts:
    whole = {"policy": ABSENT, "acl": {"Grants": []}, "ownership": ABSENT}
    return {BUCKET: {**whole, "public_access_block": BLOCK, **told}}


def shared(principal: Any, action: str = "s3:GetObject") -> dict[str, Any]:
    return document(statement(action, f"{LEDGER}/*", Principal=principal))


def reach(made: Snapshot, component: str, **more: Any) -> Reach:
    """As the inventory finds it of what it is told, without tables."""
    kept = Kept(
        account=FRONT, read=datetime(2026, 11, 28, tzinfo=UTC), gaps=0, snapshot=made, **more
    )
    links, unsure, opens = [], set(), set[str]()
    numbers: dict[str, int] = {INTERNET: 0}

    def number(name: str) -> int:
        return numbers.setdefault(name, len(numbers))

    for listing in of_account(kept):
        opens |= listing.opens if listing.complete else set()
        links += [(one.kind, number(one.source), number(one.target)) for one in listing.relations]
        unsure |= {
            number(one.found.id)
            for one in listing.components
            if not all(told.is_told for told in one.aspects.values())
        }
    found = reached(Gathered(links), 0, unsure)
    return found.of(number(component), is_told=component.partition("/")[0] in opens)


def test_a_bucket_is_behind_what_runs_as_a_role_that_reads_it() -> None:
    made = read_of(FRONT, front(), READS, bucket())
    assert reach(made, BUCKET) is Reach.BEHIND
    assert reach(made, ROLE) is Reach.BEHIND
    told = {(one.kind, one.source, one.target): one.why for one in coming(made, FRONT).relations}
    assert told[RelationKind.CALLS, INTERNET, FUNCTION].endswith(
        "its address asks nobody who is there"
    )
    assert told[RelationKind.CAN_ASSUME, FUNCTION, ROLE].endswith(f"runs as {WEB}")
    assert told[RelationKind.CALLS, ROLE, BUCKET] == "web may s3:GetObject ledger"


ENFORCED = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
EVERYTHING = statement("s3:*")
PEOPLE = {"Federated": f"arn:aws:iam::{FRONT}:saml-provider/company"}
PIPELINES = {"Federated": f"arn:aws:iam::{FRONT}:oidc-provider/ci.example.com"}
BY_SAML, BY_TOKEN = "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"


def listed(grantee: str) -> dict[str, Any]:
    grant = {"Grantee": {"ID": grantee}, "Permission": "READ"}
    return {"Owner": {"ID": "me"}, "Grants": [grant]}


def runs(service: str) -> Parts:
    """A role for a service, that may have everything in all buckets."""
    return role(WEB, {"Service": f"{service}.amazonaws.com"}, EVERYTHING)


def delivered(service: str, action: str) -> Parts:
    return bucket(policy=shared({"Service": f"{service}.amazonaws.com"}, action))


FROM_NETWORK = statement(
    "s3:GetObject",
    f"{LEDGER}/*",
    Principal="*",
    Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}},
)
PROFILE = f"arn:aws:iam::{FRONT}:instance-profile/inner"
INNER = f"arn:aws:iam::{FRONT}:role/inner"
MACHINE = f"arn:aws:ec2:eu-west-1:{FRONT}:instance/i-1"


def inner() -> tuple[Parts, Parts]:
    """An instance without an address, and its role, which reads the bucket."""
    made = role(INNER, {"Service": "ec2.amazonaws.com"}, EVERYTHING)
    details = made[f"aws-iam-role/{INNER}"]["details"] | {"InstanceProfileList": [{"Arn": PROFILE}]}
    listed = {"NetworkInterfaces": [], "IamInstanceProfile": {"Arn": PROFILE}}
    return (
        {f"aws-iam-role/{INNER}": {"details": details}},
        {f"aws-ec2-instance/{MACHINE}": {"listed": listed}},
    )


CLOSED: tuple[tuple[str, tuple[Parts, ...]], ...] = (
    ("nobody reads it who is come to", (front(), READS_NOTHING, bucket())),
    ("nothing is come to", (front(urls=[]), READS, bucket())),
    ("lists are off", (bucket(ownership=ENFORCED, public_access_block=ABSENT),)),
    ("its owner's list", (bucket(acl=listed("me")),)),
    ("logs are put into it", (delivered("logging.s3", "s3:PutObject"),)),
    ("a role of its own is named", (READS_NOTHING, bucket(policy=shared({"AWS": WEB})))),
    ("a service that runs nothing", (runs("backup"), bucket())),
    ("an instance that is alone", (front(urls=[]), READS_NOTHING, *inner(), bucket())),
    ("people sign in", (role(WEB, PEOPLE, EVERYTHING, Action=BY_SAML), bucket())),
)
UNSURE: tuple[tuple[str, tuple[Parts, ...]], ...] = (
    ("what is in it has lists", (bucket(public_access_block=ABSENT),)),
    ("its list names another account", (bucket(acl=listed("you")),)),
    ("its policy was not read", (bucket(policy=DENIED),)),
    ("its list was not read", (bucket(acl=DENIED),)),
    ("another account", (bucket(policy=shared(OTHERS)),)),
    ("everybody of some network", (bucket(policy=document(FROM_NETWORK)),)),
    ("a service that reads it", (delivered("transfer", "s3:GetObject"),)),
    ("a service that does whatever", (delivered("logging.s3", "s3:Put*"),)),
    ("a role for what is not read", (runs("apprunner"), bucket())),
    ("an instance, and a function that is come to", (front(), READS_NOTHING, *inner(), bucket())),
    ("a role for pipelines", (role(WEB, PIPELINES, EVERYTHING, Action=BY_TOKEN), bucket())),
    ("a role for another account", (role(WEB, OTHERS, EVERYTHING), bucket())),
    ("addresses of the function were not read", (front(urls=DENIED), READS, bucket())),
)


@pytest.mark.parametrize(("told", "parts"), CLOSED)
def test_that_nothing_leads_to_a_bucket_is_told_where_all_is_known(
    told: str, parts: tuple[Parts, ...]
) -> None:
    assert reach(read_of(FRONT, *parts, s3_public_access_block=ABSENT), BUCKET) is Reach.NONE, told


@pytest.mark.parametrize(("told", "parts"), UNSURE)
def test_what_is_not_known_leaves_a_bucket_unknown(told: str, parts: tuple[Parts, ...]) -> None:
    assert reach(read_of(FRONT, *parts, s3_public_access_block=ABSENT), BUCKET) is Reach.UNKNOWN, (
        told
    )


def test_a_kind_that_was_not_listed_leaves_all_unknown() -> None:
    for kind in ("aws-lambda-function", "aws-ec2-instance", "aws-iam-role", "aws-s3-bucket"):
        made = read_of(FRONT, bucket(), unlisted=(kind,))
        assert reach(made, BUCKET) is Reach.UNKNOWN, kind
    assert reach(read_of(FRONT, bucket()), BUCKET, is_narrow=True) is Reach.UNKNOWN


def test_a_narrow_reading_ends_no_way_that_was_told() -> None:
    made = read_of(FRONT, front(urls=[]), READS, bucket())
    kept = Kept(account=FRONT, read=datetime(2026, 11, 28, tzinfo=UTC), gaps=0, snapshot=made)
    told = [one.scope for one in of_account(kept)]
    assert f"{FRONT}/ways" in told
    narrow = [one.scope for one in of_account(replace(kept, is_narrow=True))]
    assert narrow == [one for one in told if one != f"{FRONT}/ways"]


def test_regions_that_are_not_read_leave_it_open_what_runs_there(tmp_path: Path) -> None:
    config = tmp_path / "ringwall.yaml"
    installation = find(all_sections, config=config)
    assert not is_bounded(installation)
    for told, bounded in (("{}", False), ("{regions: [eu-west-1]}", True)):
        config.write_text(f"version: 1\nposture: {{accounts: {{production: {told}}}}}\n")
        assert is_bounded(find(all_sections, config=config)) is bounded


def test_what_is_too_much_to_ask_is_left_unknown() -> None:
    made = read_of(FRONT, front(), READS, bucket())
    told = coming(made, FRONT, most=1)
    assert "aws-s3-bucket" in told.left_out
    assert "aws-s3-bucket" not in told.opens


@pytest.mark.parametrize("seed", range(60))
def test_it_says_what_the_ways_say_and_none_only_where_these_find_none(seed: int) -> None:
    lands = made_by(Random(seed))
    for number, made in read_lands(lands).items():
        kept = list(assets_of(made, number, lambda _: ("confidential", "all is")))
        ways = {one.asset.component: one for one in attacks(made, number, kept).assets}
        told = coming(made, number)
        links = [(one.kind.value, one.source, one.target) for one in told.relations]
        ends = {end for _, *both in links for end in both} | set(ways)
        numbers = {name: at for at, name in enumerate(sorted(ends | {INTERNET}))}
        found = reached(
            Gathered((kind, numbers[one], numbers[other]) for kind, one, other in links),
            numbers[INTERNET],
        )
        for component, way in ways.items():
            at = numbers[component]
            if way.standing is Standing.REACHED:
                assert at in found.internet | found.behind, component
            elif component not in told.unsure:
                assert way.standing is Standing.NONE, component
                assert at not in found.internet | found.behind, component
