"""What holds of every decision, and what an engine that others wrote says of the same."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from moto.iam.access_control import IAMPolicy, PermissionResult
from tests.posture.permissions.asked import ACCOUNT, ANA, APP, BOB, SESSION, policy

from ringwall.posture.permissions.deciding import Decision, Outcome, decide
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.policies import Policies
from ringwall.posture.permissions.principals import principal
from ringwall.posture.permissions.requests import ABSENT, OPEN, Context, Request
from ringwall.posture.permissions.statements import Document, Kind

ACTIONS = ["*", "s3:*", "s3:Get*", "s3:GetObject", "s3:PutObject", "ec2:*", "S3:?etObject"]
RESOURCES = ["*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/k", "arn:aws:s3:::*", "arn:aws:s3:::c"]
CONDITIONS = [
    {},
    {"Bool": {"aws:SecureTransport": "true"}},
    {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}},
    {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}},
    {"Null": {"aws:SourceVpce": "false"}},
    {"StringLikeIfExists": {"aws:RequestedRegion": "eu-*"}},
]
RANK = [Outcome.DENIED, Outcome.CONDITIONAL, Outcome.ALLOWED]


def statements(kind: Kind, effect: str | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """Statements; without NotPrincipal, of which AWS itself leaves much unsaid."""
    principals = st.sampled_from(["*", {"AWS": ANA}, {"AWS": ACCOUNT}, {"AWS": [APP, BOB]}])
    return st.builds(
        lambda effect, action, but_action, resource, but_resource, condition, named: {
            "Effect": effect,
            "NotAction" if but_action else "Action": action,
            "NotResource" if but_resource else "Resource": resource,
            **({"Condition": condition} if condition else {}),
            **({"Principal": named} if kind is Kind.RESOURCE else {}),
        },
        st.just(effect) if effect else st.sampled_from(["Allow", "Allow", "Deny"]),
        st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=2),
        st.booleans(),
        st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=2),
        st.booleans(),
        st.sampled_from(CONDITIONS),
        principals,
    )


def documents(kind: Kind, effect: str | None = None) -> st.SearchStrategy[Document]:
    return st.lists(statements(kind, effect), min_size=1, max_size=3).map(
        lambda several: read(policy(*several), name="it", kind=kind)
    )


POLICIES = st.builds(
    Policies,
    identity=st.lists(documents(Kind.IDENTITY), max_size=2).map(tuple),
    boundary=st.none() | documents(Kind.BOUNDARY),
    scps=st.lists(documents(Kind.SCP).map(lambda one: (one,)), max_size=2).map(tuple),
    resource=st.none() | documents(Kind.RESOURCE),
)
CONTEXTS = st.builds(
    lambda said, rest: Context.of(dict(said), rest=rest),
    st.lists(
        st.sampled_from(
            [
                ("aws:SecureTransport", "true"),
                ("aws:PrincipalOrgID", "o-1"),
                ("aws:SourceIp", "203.0.113.9"),
                ("aws:SourceVpce", "vpce-1"),
            ]
        ),
        max_size=3,
    ),
    st.sampled_from([ABSENT, OPEN]),
)
REQUESTS = st.builds(
    Request,
    action=st.sampled_from(["s3:GetObject", "s3:PutObject", "ec2:RunInstances"]),
    resource=st.sampled_from(["arn:aws:s3:::b/k", "arn:aws:s3:::c"]),
    principal=st.sampled_from([ANA, BOB, APP, SESSION, "*"]).map(principal),
    context=CONTEXTS,
    resource_account=st.just(ACCOUNT),
)
settings.register_profile("laws", max_examples=60, deadline=None)
LAWS = settings.get_profile("laws")


def rank(decision: Decision) -> int:
    return RANK.index(decision.outcome)


@LAWS
@given(REQUESTS, POLICIES)
def test_a_deny_of_everything_beats_whatever_allows(request: Request, policies: Policies) -> None:
    everything = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    for kind, named in (
        (Kind.IDENTITY, "identity"),
        (Kind.SCP, "scps"),
        (Kind.BOUNDARY, "boundary"),
        (Kind.RESOURCE, "resource"),
    ):
        if kind is not Kind.RESOURCE and not request.principal.is_of_account:
            continue
        said = everything | ({"Principal": "*"} if kind is Kind.RESOURCE else {})
        denying = read(policy(said), name="deny", kind=kind)
        value: Any = {"identity": (denying,), "scps": ((denying,),)}.get(named, denying)
        assert decide(request, replace(policies, **{named: value})).outcome is Outcome.DENIED


@LAWS
@given(REQUESTS, POLICIES, st.data())
def test_what_allows_more_takes_nothing_away(
    request: Request, policies: Policies, data: st.DataObject
) -> None:
    before = decide(request, policies)
    more = data.draw(documents(Kind.IDENTITY, "Allow"))
    assert rank(decide(request, replace(policies, identity=(*policies.identity, more)))) >= rank(
        before
    )
    shared = data.draw(documents(Kind.RESOURCE, "Allow"))
    if policies.resource is not None:
        both = (*policies.resource.statements, *shared.statements)
        shared = Document("both", Kind.RESOURCE, both)
    assert rank(decide(request, replace(policies, resource=shared))) >= rank(before)


@LAWS
@given(REQUESTS, POLICIES, st.data())
def test_what_denies_bounds_or_controls_gives_nothing(
    request: Request, policies: Policies, data: st.DataObject
) -> None:
    before = decide(request, policies)
    denying = data.draw(documents(Kind.IDENTITY, "Deny"))
    level = (data.draw(documents(Kind.SCP)),)
    boundary = data.draw(documents(Kind.BOUNDARY))
    for changed in (
        replace(policies, identity=(*policies.identity, denying)),
        replace(policies, scps=(*policies.scps, level)),
        replace(policies, boundary=boundary) if policies.boundary is None else policies,
        replace(policies, rcps=(*policies.rcps, level)),
    ):
        assert rank(decide(request, changed)) <= rank(before)


@LAWS
@given(REQUESTS, POLICIES, st.data())
def test_what_is_open_lies_between_what_it_may_turn_out_to_be(
    request: Request, policies: Policies, data: st.DataObject
) -> None:
    opened = replace(request, context=Context(request.context.keys, rest=OPEN))
    asked = decide(opened, policies)
    said = data.draw(CONTEXTS)
    keys = {**said.keys, **request.context.keys}
    closed = decide(replace(request, context=Context(keys, rest=ABSENT)), policies)
    if asked.outcome is not Outcome.CONDITIONAL:
        assert closed.outcome is asked.outcome


@settings(LAWS, max_examples=200)
@given(REQUESTS, REQUESTS, POLICIES, st.booleans())
def test_policies_that_are_blind_decide_all_alike(
    one: Request, other: Request, policies: Policies, has_boundary: bool
) -> None:
    several = replace(policies, resource=None)
    if not has_boundary:
        several = replace(several, boundary=None, scps=())
    other = replace(other, action=one.action, principal=one.principal)
    if several.is_blind(one.action.lower()):
        assert decide(one, several) == decide(other, several)


@LAWS
@given(REQUESTS, st.sampled_from(CONDITIONS[1:]), st.sampled_from(RESOURCES[1:]))
def test_what_speaks_of_one_resource_or_under_a_condition_is_not_blind(
    request: Request, condition: dict[str, Any], resource: str
) -> None:
    all_of_it = {"Effect": "Allow", "Action": request.action, "Resource": "*"}
    for said, is_blind in (
        ({}, True),
        ({"Condition": condition}, False),
        ({"Resource": resource}, False),
        ({"Resource": [resource, "*"]}, True),
    ):
        read_one = read(policy(all_of_it | said), name="it", kind=Kind.IDENTITY)
        assert Policies((read_one,)).is_blind(request.action.lower()) is is_blind


PLAIN = st.builds(
    lambda effect, action, resource: {"Effect": effect, "Action": action, "Resource": resource},
    st.sampled_from(["Allow", "Allow", "Deny"]),
    st.lists(st.sampled_from(["*", "s3:*", "s3:Get*", "s3:GetObject", "ec2:*"]), min_size=1),
    st.lists(st.sampled_from(RESOURCES), min_size=1),
)


@LAWS
@given(st.lists(PLAIN, min_size=1, max_size=4), REQUESTS)
def test_motos_engine_says_the_same_of_what_it_understands(
    several: list[dict[str, Any]], request: Request
) -> None:
    theirs = IAMPolicy({"policy_document": json.dumps(policy(*several))})
    permitted = theirs.is_action_permitted(request.action, request.resource)
    ours = read(policy(*several), name="it", kind=Kind.IDENTITY)
    asked = replace(request, principal=principal(ANA))
    decision = decide(asked, Policies((ours,)))
    assert (decision.outcome is Outcome.ALLOWED) is (permitted is PermissionResult.PERMITTED)
