"""From what is written to statements; what is broken is said, and never taken for nothing."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.posture.permissions.asked import ANA, allow, asked, policy

from ringwall.posture.permissions.deciding import Outcome
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.statements import Document, Effect, Kind
from ringwall.posture.snapshot.partial import Unknown, guarded

IDENTITY = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1H2DM3B4FH5TC"


def identity(source: object) -> Any:
    return read(source, name="the policy", kind=Kind.IDENTITY)


def resource(principal: object) -> Any:
    one = {"Effect": "Allow", "Principal": principal, "Action": "s3:*", "Resource": "*"}
    return read(policy(one), name="the policy", kind=Kind.RESOURCE)


def test_texts_and_lists_of_them_mean_the_same() -> None:
    one = identity(policy(allow("s3:GetObject", "*"))).statements[0]
    several = identity(policy(allow(["s3:GetObject"], ["*"]))).statements[0]
    single = identity({"Version": "2012-10-17", "Statement": allow("s3:GetObject")}).statements[0]
    assert one.actions == several.actions == single.actions == ("s3:getobject",)
    assert one.resources == several.resources == single.resources == ("*",)


def test_json_text_bytes_and_what_the_api_encodes_are_read() -> None:
    written = json.dumps(policy(allow("s3:GetObject")))
    encoded = written.replace("{", "%7B").replace('"', "%22").replace(" ", "%20")
    for source in (written, written.encode(), encoded):
        found = identity(source)
        assert not found.faults
        assert found.statements[0].effect is Effect.ALLOW


@pytest.mark.parametrize(
    ("principal", "told"),
    [
        ("*", {"everyone": True}),
        ({"AWS": "*"}, {"everyone": True}),
        ({"AWS": "111122223333"}, {"accounts": {"111122223333"}}),
        ({"AWS": ["arn:aws:iam::111122223333:root"]}, {"accounts": {"111122223333"}}),
        ({"AWS": ANA}, {"arns": {ANA}}),
        ({"AWS": "AIDAEXAMPLE7"}, {"arns": {"AIDAEXAMPLE7"}}),
        ({"Service": ["Lambda.amazonaws.com"]}, {"services": {"lambda.amazonaws.com"}}),
        ({"Federated": "accounts.google.com"}, {"federated": {"accounts.google.com"}}),
        ({"CanonicalUser": "79a5"}, {"canonical": {"79a5"}}),
        ({"AWS": IDENTITY}, {"canonical": {IDENTITY}, "arns": set()}),
        ({"AWS": [IDENTITY, ANA]}, {"canonical": {IDENTITY}, "arns": {ANA}}),
    ],
)
def test_principals_are_written_in_many_ways(principal: object, told: dict[str, Any]) -> None:
    found = resource(principal).statements[0].principals
    for name, value in told.items():
        assert getattr(found, name) == value


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ('{"Statement": [', "line 1, column"),
        ("", "line 1, column 1"),
        ("[]", "a policy is an object"),
        ('{"Version": "2012-10-17"}', '"Statement" is a list'),
        (b"\xff\xfe", "byte 0 is no UTF-8"),
        (None, "a policy is an object"),
        ("[" * 200_000, "nested too deeply"),
        ("1" * 5_000, "cannot be read"),
        ('{"Statement": [], "Statement": []}', "stands twice"),
        (policy({"Effect": "allow", "Action": "*", "Resource": "*"}), '"Effect" is "Allow"'),
        (policy({"Effect": "Allow", "Resource": "*"}), 'neither "Action" nor "NotAction"'),
        (policy({"Effect": "Allow", "Action": "s3:*"}), 'neither "Resource" nor "NotResource"'),
        (policy(allow("s3:*") | {"NotAction": "s3:*"}), "stand together"),
        (policy(allow([])), '"Action" is empty'),
        (policy(allow("GetObject")), "is no action"),
        (policy(allow("s3:*", Condition={"StringIs": {"a": "b"}})), "is no operator"),
        (policy(allow("s3:*", Condition={"Bool": "x"})), "is an object"),
        (policy(allow("s3:*", Principal={"AWS": ANA})), 'has no "Principal"'),
        (policy(allow("s3:*", Actions="x")), "is no element"),
        ({"Statement": ["Allow"]}, "a statement is an object"),
    ],
)
def test_what_is_broken_is_said_and_is_not_nothing(source: object, says: str) -> None:
    found = identity(source)
    assert says in " ".join(found.faults)
    assert "the policy" in found.faults[0]
    decision = asked(ANA, "s3:GetObject", "arn:aws:s3:::b/k", identity=(found,))
    assert decision.outcome is Outcome.UNKNOWN
    assert says in decision.why


def test_a_wildcard_within_a_principal_is_a_fault_as_it_is_to_aws() -> None:
    assert "neither" in resource({"AWS": "arn:aws:iam::111122223333:role/*"}).faults[0]


def test_the_place_of_a_fault_is_named_and_the_other_statements_count() -> None:
    found = identity(policy(allow("s3:*"), {"Sid": "Odd", "Effect": "Allow"}))
    assert found.faults == (
        'statement 2 (Odd) of the policy: neither "Action" nor "NotAction" is there',
    )
    decision = asked(ANA, "s3:GetObject", "arn:aws:s3:::b/k", identity=(found,))
    assert decision.outcome is Outcome.ALLOWED


def test_a_broken_deny_may_deny_and_a_broken_allow_may_allow() -> None:
    everything = identity(policy(allow("*")))
    broken = identity(policy({"Effect": "Deny", "Action": "s3:*"}))
    asking = (ANA, "s3:GetObject", "arn:aws:s3:::b/k")
    assert asked(*asking, identity=(everything, broken)).outcome is Outcome.UNKNOWN
    assert asked(*asking, identity=(broken,)).outcome is Outcome.DENIED


def test_what_is_not_known_yet_may_be_anything_and_the_rest_counts() -> None:
    """As in code: of one statement it is not known what it is about."""
    later = Unknown("it is known only once it is there")
    found = identity(
        guarded(
            {
                "Version": "2012-10-17",
                "Statement": [
                    allow("s3:GetObject", "arn:aws:s3:::b/*"),
                    allow(["sqs:SendMessage", "sqs:Receive*"], [later]),
                    later,
                ],
            }
        )
    )
    assert found.faults == (
        "statement 2 of the policy: it is known only once it is there",
        "statement 3 of the policy: it is known only once it is there",
    )
    assert [one.effect for one in found.statements] == [
        *(Effect.ALLOW, Effect.ALLOW, Effect.ALLOW, Effect.DENY)
    ]
    first_two = Document(found.name, found.kind, found.statements[:2])

    def outcome(action: str, document: Any) -> Outcome:
        resource = f"arn:aws:{action.partition(':')[0]}:::b/k"
        return asked(ANA, action, resource, identity=(document,)).outcome

    assert outcome("s3:GetObject", first_two) is Outcome.ALLOWED
    assert outcome("sqs:ReceiveMessage", first_two) is Outcome.UNKNOWN
    assert outcome("sqs:DeleteMessage", first_two) is Outcome.DENIED
    assert outcome("s3:GetObject", found) is Outcome.UNKNOWN, "the third may deny it"
    assert identity(guarded({"Statement": later})).faults
    assert identity(guarded({"Statement": [{"Effect": later, "Action": "s3:*"}]})).faults


def test_a_broken_statement_says_nothing_of_what_it_is_not_about() -> None:
    odd = {"Effect": "Deny", "Action": "sqs:*", "Resource": "*", "Condition": {"Odd": {}}}
    left = {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*", "Condition": {"Odd": {}}}
    asking = (ANA, "s3:GetObject", "arn:aws:s3:::b/k")
    for one in (odd, left):
        found = identity(policy(allow("*"), one))
        assert found.faults
        assert asked(*asking, identity=(found,)).outcome is Outcome.ALLOWED
    also = identity(policy(allow("*"), left))
    told = asked(ANA, "sqs:SendMessage", "arn:aws:sqs:::q", identity=(also,))
    assert told.outcome is Outcome.UNKNOWN


def test_fifty_megabytes_end_with_a_sentence() -> None:
    found = identity('{"Statement": [' + " " * 50_000_000)
    assert "50,000,015 characters" in found.faults[0]
    assert "32,768" in found.faults[0]


def test_twenty_thousand_statements_are_read_and_more_are_said() -> None:
    found = identity(policy(*[allow("s3:*")] * 20_001))
    assert "20,001 statements" in found.faults[0]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("*"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "Version",
                    "Statement",
                    "Effect",
                    "Action",
                    "Resource",
                    "Principal",
                    "Condition",
                    "AWS",
                    "StringLike",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON, st.sampled_from(Kind))
def test_nothing_that_is_written_ends_it(source: object, kind: Kind) -> None:
    found = read({"Statement": source}, name="odd", kind=kind)
    assert found.faults or all(not one.fault for one in found.statements)
    read(source, name="odd", kind=kind)
    read(json.dumps(source), name="odd", kind=kind)
