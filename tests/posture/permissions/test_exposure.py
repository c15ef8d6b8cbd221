"""What policies of resources let strangers do, whatever they look like."""

from typing import Any

import pytest
from tests.posture.permissions.asked import ACCOUNT, OTHER, deny, document, policy

from ringwall.posture.permissions.deciding import Outcome
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.exposure import Exposed, exposed
from ringwall.posture.permissions.statements import Kind
from ringwall.posture.permissions.strangers import Stranger

QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"


def found(*statements: dict[str, Any], resource: str = QUEUE) -> list[Exposed]:
    written = read(policy(*statements), name="it", kind=Kind.RESOURCE)
    assert not written.faults
    return exposed(written, (resource,), account=ACCOUNT)


def send(principal: Any = "*", condition: Any = None, **more: Any) -> dict[str, Any]:
    one = {"Effect": "Allow", "Principal": principal, "Action": "sqs:SendMessage", "Resource": "*"}
    return one | ({"Condition": condition} if condition else {}) | more


ANYBODY, ANY_ACCOUNT, ANY_CUSTOMER = Stranger


@pytest.mark.parametrize(
    "condition",
    [
        None,
        {"StringLike": {"aws:SourceVpce": "*"}},
        {"StringLike": {"aws:SourceVpc": "vpc-*"}},
        {"Null": {"aws:SourceVpce": "false"}},
        {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
        {"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}},
        {"NotIpAddress": {"aws:SourceIp": "203.0.114.0/24"}},
        {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}},
        {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}},
        {"ForAllValues:StringEquals": {"aws:PrincipalOrgPaths": "o-1/*"}},
        {"Bool": {"aws:SecureTransport": "true"}},
        {"StringLike": {"aws:Referer": "https://shop.example/*"}},
        {"StringLike": {"aws:UserAgent": "*"}},
        {"Bool": {"aws:ViaAWSService": "false"}},
    ],
)
def test_conditions_that_keep_nobody_out(condition: Any) -> None:
    one = next(one for one in found(send(condition=condition)) if one.stranger is ANYBODY)
    assert one.action == "sqs:SendMessage"
    assert one.is_certain
    assert one.is_wide


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
        {"StringEquals": {"aws:SourceVpc": ["vpc-1", "vpc-2"]}},
        {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
        {"StringLike": {"aws:PrincipalOrgID": "o-1*"}},
        {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}},
        {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/*"}},
        {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
        {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-1/*"}},
        {"Null": {"aws:PrincipalArn": "false"}, "StringEquals": {"aws:ResourceAccount": OTHER}},
    ],
)
def test_conditions_that_keep_strangers_out(condition: Any) -> None:
    assert not found(send(condition=condition))


@pytest.mark.parametrize(
    "condition",
    [
        {"StringLike": {"aws:PrincipalOrgID": "*"}},
        {"StringLike": {"aws:PrincipalOrgID": "o-*"}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}},
        {"StringLike": {"aws:PrincipalArn": "*/Admin"}},
        {"StringEquals": {"aws:PrincipalTag/team": "red"}},
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
        {"NumericGreaterThan": {"aws:MultiFactorAuthAge": "0"}},
        {"Null": {"aws:PrincipalAccount": "false"}},
    ],
)
def test_conditions_that_ask_for_an_account_of_whomever(condition: Any) -> None:
    several = found(send(condition=condition))
    assert {one.stranger for one in several} == {ANY_ACCOUNT}


@pytest.mark.parametrize(
    "condition",
    [
        {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        {"Null": {"aws:MultiFactorAuthAge": "true"}},
    ],
)
def test_whoever_may_come_without_a_second_factor_may_come_without_an_account(
    condition: Any,
) -> None:
    several = found(send(condition=condition))
    assert {one.stranger for one in several} == {ANYBODY, ANY_ACCOUNT}


@pytest.mark.parametrize(
    ("condition", "is_open"),
    [
        ({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}, True),
        ({"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-1/*"}}, True),
        ({"Null": {"aws:PrincipalOrgID": "true"}}, True),
        ({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-1/*"}}, False),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, False),
    ],
)
def test_accounts_of_no_organisation_are_strangers(condition: Any, is_open: bool) -> None:
    """Who is asked for an account as well: somebody without one has no organisation either."""
    own = {"ArnLike": {"aws:PrincipalArn": "*"}}
    several = found(send(condition=condition | own))
    assert {one.stranger for one in several} == ({ANY_ACCOUNT} if is_open else set())
    assert all(one.is_certain for one in several)


def test_customers_of_no_organisation_are_strangers() -> None:
    to_sns = {"Service": "sns.amazonaws.com"}
    several = found(send(to_sns, {"StringEqualsIfExists": {"aws:SourceOrgID": "o-1"}}))
    assert {one.stranger for one in several} == {ANY_CUSTOMER}
    assert not found(send(to_sns, {"StringEquals": {"aws:SourceOrgID": "o-1"}}))


def test_endpoints_of_no_organisation_are_strangers_too() -> None:
    private = {"Null": {"aws:SourceVpce": "false"}}
    kept = {"StringEquals": {"aws:VpceOrgID": "o-1"}}
    assert found(send(condition=private | {"StringEqualsIfExists": kept["StringEquals"]}))
    assert not found(send(condition=private | kept))


@pytest.mark.parametrize(
    ("condition", "is_open"),
    [
        ({"ForAnyValue:StringNotLike": {"aws:PrincipalOrgPaths": "o-1/*"}}, True),
        (
            {
                "StringNotEquals": {"aws:PrincipalOrgID": "o-1"},
                "Null": {"aws:PrincipalOrgID": "false"},
            },
            True,
        ),
        (
            {
                "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"},
                "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"},
            },
            True,
        ),
        ({"ForAllValues:StringNotLike": {"aws:PrincipalOrgPaths": "o-1/*"}}, False),
        ({"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}, False),
    ],
)
def test_whom_a_control_policy_spares_is_a_stranger(condition: Any, is_open: bool) -> None:
    """It counts for strangers what the policy itself does not ask."""
    whole = document({"Effect": "Allow", "Action": "*", "Resource": "*"}, kind=Kind.RCP)
    perimeter = document(deny("sqs:*", Condition=condition), kind=Kind.RCP)
    written = read(
        policy(send(condition={"Null": {"aws:PrincipalAccount": "false"}})),
        name="it",
        kind=Kind.RESOURCE,
    )
    several = exposed(written, (QUEUE,), account=ACCOUNT, rcps=((whole, perimeter),))
    assert {one.stranger for one in several} == ({ANY_ACCOUNT} if is_open else set())


def test_control_policies_of_other_services_take_no_trying() -> None:
    """However many networks they have: what they say is of something else."""
    networks = [f"{11 + number // 256}.{number % 256}.0.0/17" for number in range(2_000)]
    whole = document({"Effect": "Allow", "Action": "*", "Resource": "*"}, kind=Kind.RCP)
    away = deny("s3:*", Condition={"NotIpAddress": {"aws:SourceIp": networks}})
    written = read(policy(send()), name="it", kind=Kind.RESOURCE)
    rcps = ((whole, document(away, kind=Kind.RCP)),)
    several = exposed(written, (QUEUE,), account=ACCOUNT, rcps=rcps)
    assert {one.stranger for one in several} == {ANYBODY, ANY_ACCOUNT}
    assert all(one.is_certain for one in several)


def test_addresses_of_an_office_are_said() -> None:
    one = found(send(condition={"IpAddress": {"aws:SourceIp": ["203.0.114.0/24", "9.9.9.9"]}}))[0]
    assert one.is_certain
    assert not one.is_wide
    assert str(one.addresses) == "9.9.9.9/32, 203.0.114.0/24"
    assert str(one) == f"anybody may sqs:SendMessage {QUEUE} from 9.9.9.9/32, 203.0.114.0/24"


def test_half_of_the_internet_is_wide_though_not_the_world() -> None:
    one = found(send(condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}))[0]
    assert one.addresses is not None
    assert one.is_wide


def test_a_deny_takes_back_what_an_allow_gives() -> None:
    away = {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}
    one = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "Condition": away}
    assert not found(send(), one)
    half = one | {"Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}}
    several = found(send(condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}), half)
    assert "9.9.9.9" not in (several[0].addresses or ())
    assert "200.0.0.1" in (several[0].addresses or ())


def test_allowing_all_but_somebody_is_allowing_strangers() -> None:
    one = send() | {"NotPrincipal": {"AWS": OTHER}}
    del one["Principal"]
    assert {one.stranger for one in found(one)} == {ANYBODY, ANY_ACCOUNT}


def test_naming_accounts_exposes_to_no_stranger() -> None:
    assert not found(send({"AWS": [OTHER, ACCOUNT]}))
    assert not found({**send(), "Effect": "Deny"})


def test_a_service_that_does_not_say_for_whom_acts_for_everybody() -> None:
    sns = {"Service": "sns.amazonaws.com"}
    topic = f"arn:aws:sns:eu-west-1:{ACCOUNT}:t"
    assert [one.stranger for one in found(send(sns))] == [ANY_CUSTOMER]
    assert not found(send(sns, {"ArnLike": {"aws:SourceArn": topic}}))
    assert not found(send(sns, {"StringEquals": {"aws:SourceAccount": ACCOUNT}}))
    anywhere = {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:t"}}
    assert [one.stranger for one in found(send(sns, anywhere))] == [ANY_CUSTOMER]
    bucket = {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::our-bucket"}}
    assert not found(send({"Service": "s3.amazonaws.com"}, bucket))


@pytest.mark.parametrize("who", ["*", {"AWS": "*"}])
def test_everybody_who_acts_for_any_source_is_any_service(who: Any) -> None:
    for source in ("*", "arn:aws:sns:*:*:*", "arn:aws:s3:::*"):
        (one,) = found(send(who, {"ArnLike": {"aws:SourceArn": source}}))
        assert (one.stranger, one.is_certain) == (ANY_CUSTOMER, True)
    ours = {"StringEquals": {"aws:SourceOwner": ACCOUNT}}
    assert not found(send(who, ours))
    assert not found(send(who, {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::our-bucket"}}))
    assert not found(send(who, {"ArnLike": {"aws:SourceArn": "arn:aws:s3:*:*:our-bucket"}}))
    for anothers in ("accesspoint/ours", "our-*", "*"):
        assert found(send(who, {"ArnLike": {"aws:SourceArn": f"arn:aws:s3:*:*:{anothers}"}}))


def test_everybody_who_is_a_service_acts_for_any_customer_of_it() -> None:
    named = {"StringEquals": {"aws:PrincipalServiceName": "cloudtrail.amazonaws.com"}}
    for condition in ({"Bool": {"aws:PrincipalIsAWSService": "true"}}, named):
        (one,) = found(send(condition=condition))
        assert (one.stranger, one.is_certain) == (ANY_CUSTOMER, True)
        ours = condition | {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
        if condition is not named:
            assert not found(send(condition=ours))
    ours = {"StringEquals": {**named["StringEquals"], "aws:SourceAccount": ACCOUNT}}
    assert not found(send(condition=ours))


@pytest.mark.parametrize(
    "condition",
    [
        {"Bool": {"aws:ViaAWSService": "true"}},
        {"ForAnyValue:StringEquals": {"aws:CalledVia": ["athena.amazonaws.com"]}},
        {"StringEquals": {"aws:CalledViaFirst": "cloudformation.amazonaws.com"}},
        {"StringLike": {"aws:CalledViaLast": "*"}},
    ],
)
def test_whoever_has_an_account_calls_by_services_of_aws(condition: Any) -> None:
    """Athena, CloudFormation and others call in the name of whoever tells them to."""
    (one,) = found(send(condition=condition))
    assert one.stranger is ANY_ACCOUNT
    assert one.is_certain
    assert one.is_wide


def test_a_network_is_no_bound_to_those_whom_a_service_of_aws_calls_for() -> None:
    """The IAM User Guide spares calls by services so; in a resource's policy that is everybody."""
    outside = {"NotIpAddress": {"aws:SourceIp": "203.0.114.0/28"}}
    outside |= {"Bool": {"aws:ViaAWSService": "false"}}
    several = found(send(), send(condition=outside) | {"Effect": "Deny", "Action": "*"})
    assert [one.stranger for one in several if one.is_wide] == [ANY_ACCOUNT]


@pytest.mark.parametrize(
    ("key", "value", "is_open"),
    [
        ("s3:DataAccessPointAccount", ACCOUNT, False),
        ("s3:DataAccessPointAccount", "*", True),
        ("s3:DataAccessPointArn", f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/*", False),
        ("s3:DataAccessPointArn", "arn:aws:s3:*:*:accesspoint/shop-*", True),
        ("s3:AccessPointNetworkOrigin", "VPC", True),
    ],
)
def test_strangers_have_access_points_of_their_own(key: str, value: str, is_open: bool) -> None:
    one = send(condition={"StringLike": {key: value}})
    one |= {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    several = found(one, resource="arn:aws:s3:::b/*")
    assert {each.is_certain for each in several} == ({True} if is_open else set())


def test_what_cannot_be_found_out_is_said_to_hang_on_it() -> None:
    tagged = {"StringEquals": {"aws:ResourceTag/public": "yes"}}
    one = found(send(condition=tagged))[0]
    assert one.decision.outcome is Outcome.CONDITIONAL
    assert one.decision.requires[0].key == "aws:resourcetag/public"


def test_stars_in_actions_are_what_is_typical_of_the_service() -> None:
    several = found(send() | {"Action": "*"})
    assert {one.action for one in several} >= {"sqs:ReceiveMessage", "sqs:SendMessage"}
    several = found(send() | {"Action": "sqs:Send*"})
    assert {one.action for one in several} == {"sqs:SendMessage"}


@pytest.mark.parametrize("pattern", ["s3:Replicate*", "s3:*Version", "s3:Restore*"])
def test_stars_that_mean_nothing_typical_are_asked_of_buckets_and_of_what_is_in_them(
    pattern: str,
) -> None:
    one = send() | {"Action": pattern, "Resource": "arn:aws:s3:::b/*"}
    assert found(one, resource="arn:aws:s3:::b/*")
    assert found(one | {"Resource": "arn:aws:s3:::b"}, resource="arn:aws:s3:::b")


def test_a_control_policy_for_resources_counts() -> None:
    perimeter = document(
        deny("sqs:*", Condition={"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}),
        kind=Kind.RCP,
    )
    whole = document({"Effect": "Allow", "Action": "*", "Resource": "*"}, kind=Kind.RCP)
    written = read(policy(send()), name="it", kind=Kind.RESOURCE)
    assert not exposed(written, (QUEUE,), account=ACCOUNT, rcps=((whole, perimeter),))


def test_a_broken_policy_exposes_perhaps() -> None:
    written = read("{", name="it", kind=Kind.RESOURCE)
    several = exposed(written, (QUEUE,), account=ACCOUNT)
    assert several
    assert {one.decision.outcome for one in several} == {Outcome.UNKNOWN}


@pytest.mark.parametrize("action", ["sqs:SendMessage", "sqs:StartMessageMoveTask"])
def test_a_broken_statement_exposes_perhaps_to_whomever_it_may_name(action: str) -> None:
    """A service that asks for a stranger among them, and whatever it is about."""
    broken = {"Effect": "Allow", "Principal": {"Odd": "x"}, "Action": action, "Resource": "*"}
    written = read(policy(broken), name="it", kind=Kind.RESOURCE)
    several = exposed(written, (QUEUE,), account=ACCOUNT)
    asked = {(one.stranger, one.action.lower()) for one in several}
    assert asked == {(who, action.lower()) for who in Stranger}
    assert {one.decision.outcome for one in several} == {Outcome.UNKNOWN}


def test_parts_of_what_is_asked_about_are_found() -> None:
    one = send() | {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/public/*"}
    several = found(one, resource="arn:aws:s3:::b/*")
    assert several[0].resource.startswith("arn:aws:s3:::b/public/")
    assert not found(one, resource="arn:aws:s3:::c/*")


def test_a_policy_that_takes_too_long_is_not_known_and_ends() -> None:
    named = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
    several = [
        send(condition=named) | {"Resource": f"arn:aws:s3:::b/{number}/*", "Action": "s3:GetObject"}
        for number in range(1_200)
    ]
    exposed_ones = found(*several, resource="arn:aws:s3:::b/*")
    assert {one.decision.outcome for one in exposed_ones} == {Outcome.UNKNOWN}
    assert "than are gone through" in exposed_ones[0].decision.why
    open_one = found(*several, send(), resource=QUEUE)
    assert Outcome.ALLOWED in {one.decision.outcome for one in open_one}


def test_hundreds_of_networks_are_gone_through() -> None:
    networks = [f"{11 + number // 256}.{number % 256}.0.0/17" for number in range(300)]
    one = found(send(condition={"IpAddress": {"aws:SourceIp": networks}}))[0]
    assert one.is_certain
    assert one.addresses is not None
    assert "11.0.1.1" in one.addresses
    assert "11.0.200.1" not in one.addresses
