"""What is said of policies that do not fit the world, each at its place."""

from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.access.language import writing
from tests.access.language.marking import marked
from tests.access.worlds import shop

from ringwall.access import judging
from ringwall.access.judging import judge
from ringwall.access.language.syntax import Expression
from ringwall.access.model import RouteEntity
from ringwall.access.policies import read
from ringwall.access.validation import asking
from ringwall.access.validation.vocabulary import Vocabulary
from ringwall.runtime.configuration.problems import ConfigurationError, Place, Problem
from ringwall.runtime.configuration.rendering import plain

FILE = Path("policies/orders.cedar")
HEAD = "permit (principal, action, resource)"
WORLD = shop()
_BEFORE = "before it, with &&"
_ANYONE = "a Service, a User, an Anonymous or an ApiClient"
_NO_EMAIL = 'Anonymous, ApiClient and Service have no attribute "email"'


def _judge(text: str) -> tuple[Problem, ...]:
    return judge(read([(FILE, text.encode())]), WORLD)


def _check(text: str, message: str, mend: str | None) -> None:
    text, places = marked(text)
    problems = _judge(text)
    assert [problem.message for problem in problems] == [message] * len(places)
    assert [problem.place for problem in problems] == [Place(FILE, *place) for place in places]
    assert all(mend in {problem.nearest, problem.allowed} for problem in problems)


@pytest.mark.parametrize(
    ("body", "message", "mend"),
    [
        # Attributes that are none.
        (
            'principal.\u00a6idd == "x"',
            'Anonymous, ApiClient, Service and User have no attribute "idd"',
            "id",
        ),
        (
            'principal is User && principal.\u00a6stregth == "high"',
            'User has no attribute "stregth"',
            "strength",
        ),
        (
            'principal is User && principal[\u00a6"stregth"] == "high"',
            'User has no attribute "stregth"',
            "strength",
        ),
        (
            'context.\u00a6adress == ip("10.0.0.1")',
            'the context has no attribute "adress"',
            "address",
        ),
        ('context.path.\u00a6ordr == "1"', 'no route has a path parameter "ordr"', "order"),
        ("{a: 1}.\u00a6b == 1", 'this record has no attribute "b"', None),
        (
            'principal is User && principal has tenant && principal.tenant.\u00a6name == "x"',
            'Tenant has no attribute "name"',
            "no attribute at all",
        ),
        # Attributes that only some have.
        (
            'principal.\u00a6email == "x"',
            _NO_EMAIL,
            f"principal is User && principal has email {_BEFORE}",
        ),
        (
            "resource.\u00a6calls.contains(resource)",
            'Route has no attribute "calls"',
            f"resource is Service {_BEFORE}",
        ),
        # Attributes that may be missing.
        (
            'principal is User && principal.\u00a6email == "x"',
            'not every User has the attribute "email"',
            f"principal has email {_BEFORE}",
        ),
        (
            'context.path.\u00a6order == "1"',
            'not every request has the path parameter "order"',
            f"context.path has order {_BEFORE}",
        ),
        (
            "principal is User && (principal has email || principal.\u00a6email == principal.id)",
            'not every User has the attribute "email"',
            f"principal has email {_BEFORE}",
        ),
        (
            (
                "principal is User && (if principal has email then true"
                ' else principal.\u00a6email like "x")'
            ),
            'not every User has the attribute "email"',
            f"principal has email {_BEFORE}",
        ),
        # Attributes that are asked in vain: of these Cedar says nothing.
        (
            "principal has \u00a6emial",
            'no principal has an attribute "emial": this is never true',
            "email",
        ),
        (
            'principal has \u00a6"emial"',
            'no principal has an attribute "emial": this is never true',
            "email",
        ),
        (
            "resource has \u00a6tenat",
            'no resource has an attribute "tenat": this is never true',
            "tenant",
        ),
        (
            "context.path has \u00a6ordr",
            'no path of a route has an attribute "ordr": this is never true',
            "order",
        ),
        (
            "context has path.\u00a6ordr",
            'no path of a route has an attribute "ordr": this is never true',
            "order",
        ),
        (
            'principal.\u00a6hasTag("x")',
            "nothing has tags here: this is never true",
            None,
        ),
        (
            'action.\u00a6getTag("x") == "y"',
            "nothing has tags here: this is never true",
            None,
        ),
        ("action.\u00a6name", 'Action has no attribute "name"', "no attribute at all"),
        (
            "action has \u00a6name",
            'no action has an attribute "name": this is never true',
            "none",
        ),
        (
            "principal.\u00a6idd has a.b",
            'Anonymous, ApiClient, Service and User have no attribute "idd"',
            "id",
        ),
        # Types that do not fit.
        ('\u00a6{"a\\nb": 1} like "x"', "text is needed here, and not a record", None),
        (
            'principal is User && principal.proven_ago \u00a6< "300"',
            "a number is needed here, and not text",
            "the number 300, without quotes",
        ),
        (
            'principal is User && principal.proven_ago \u00a6== "5"',
            "a number and text are of different types",
            "the number 5, without quotes",
        ),
        (
            'principal is User && principal has tenant && principal.tenant \u00a6== "north"',
            "text and a Tenant are of different types",
            'Tenant::"north"',
        ),
        (
            '\u00a6["list"].contains(resource)',
            "text and a Route are of different types",
            'Route::"list"',
        ),
        (
            '\u00a6principal in "support"',
            "a list of entities or an entity is needed here, and not text",
            None,
        ),
        (
            'context.weekday \u00a6== "monday"',
            "a number and text are of different types",
            None,
        ),
        ("principal is User && \u00a65", "true or false is needed here, and not a number", None),
        ("\u00a61", "true or false is needed here, and not a number", None),
        (
            "if \u00a61 then true else false",
            "true or false is needed here, and not a number",
            None,
        ),
        ("1 \u00a6+ true == 2", "a number is needed here, and not true or false", None),
        ('\u00a6[1, "a"].contains(1)', "a number and text are of different types", None),
        (
            '\u00a6principal.isInRange(ip("10.0.0.0/8"))',
            f"a network address is needed here, and not {_ANYONE}",
            None,
        ),
        (
            'principal is ApiClient && \u00a6principal.scopes.containsAll("a")',
            "a list is needed here, and not text",
            None,
        ),
        ("\u00a6[].contains(1)", "an empty list is of no type", ".isEmpty() to ask for one"),
        # Functions.
        (
            'context.address.isInRange(ip(\u00a6"10.0.0"))',
            '"10.0.0" is no network address',
            'such as ip("10.0.0.0/8")',
        ),
        (
            'context.now < datetime(\u00a6"tomorrow")',
            '"tomorrow" is no time',
            'such as datetime("2026-01-31T12:00:00Z")',
        ),
        (
            'context.now.offset(duration(\u00a6"1 hour")) > context.now',
            '"1 hour" is no duration',
            'such as duration("1h30m")',
        ),
        (
            'decimal(\u00a6"1") == decimal("1.5")',
            '"1" is no decimal number',
            'such as decimal("1.5")',
        ),
        ('\u00a6ip("10.0.0.1", "x").isIpv4()', "ip takes 1 value, not 2", None),
        (
            "principal is User && context.address == \u00a6ip(principal.id)",
            "ip takes text in quotes here, nothing that is asked",
            'such as ip("10.0.0.0/8")',
        ),
        # Names.
        ('principal in Role::\u00a6"suport"', 'there is no role "suport"', "support"),
        ('principal in Role::\u00a6"auditor"', 'there is no role "auditor"', None),
        ('principal in Group::\u00a6"staf"', 'there is no group "staf"', "staff"),
        ('resource in Service::\u00a6"ordres"', 'there is no service "ordres"', "orders"),
        ('resource == Route::\u00a6"ordr"', 'there is no route "ordr"', "order"),
        ('action == Action::\u00a6"reed"', 'there is no action "reed"', "read"),
        ('action == Action::\u00a6"GTE"', 'there is no action "GTE"', "GET"),
        ('action in [Action::"GET", Action::\u00a6"get"]', 'there is no action "get"', "GET"),
        ('principal in \u00a6Rol::"support"', 'there is no type "Rol"', "Role"),
        ("principal is \u00a6Usr", 'there is no type "Usr"', "User"),
        (
            'principal in [Role::"support", Role::\u00a6"x", Role::\u00a6"x"]',
            'there is no role "x"',
            "billing-manager, customer, support",
        ),
    ],
)
def test_conditions(body: str, message: str, mend: str | None) -> None:
    _check(f'@id("one") {HEAD}\nwhen {{\n  {body}\n}};', message, mend)


@pytest.mark.parametrize(
    ("head", "message", "mend"),
    [
        (
            'permit (principal in Role::\u00a6"suport", action, resource);',
            'there is no role "suport"',
            "support",
        ),
        (
            "permit (principal is \u00a6Usr, action, resource);",
            'there is no type "Usr"',
            "User",
        ),
        (
            'permit (principal, action == Action::\u00a6"orders:refnd", resource);',
            'there is no action "orders:refnd"',
            "orders:refund",
        ),
        (
            'permit (principal, action == \u00a6Shop::Action::"read", resource);',
            'there is no type "Shop::Action"',
            None,
        ),
        (
            'permit (principal, action, resource in Service::\u00a6"order");',
            'there is no service "order"',
            "orders",
        ),
        (
            'permit (principal == \u00a6Role::"support", action, resource);',
            "no principal is a Role",
            "User, ApiClient, Service or Anonymous",
        ),
        (
            "permit (principal, action, resource is \u00a6User);",
            "no resource is a User",
            "Route or Service",
        ),
        (
            'permit (principal is User in \u00a6Service::"orders", action, resource);',
            "no User is in a Service",
            "Group, Role, Tenant or User",
        ),
        (
            'permit (principal in \u00a6Route::"order", action, resource);',
            "no principal is in a Route",
            "Anonymous, ApiClient, Group, Role, Service, Tenant or User",
        ),
        (
            "permit (principal, action in \u00a6[], resource);",
            "the list of actions is empty",
            "an action",
        ),
        (
            'permit (principal, action == Action::"orders:refund", resource is \u00a6Service);',
            "no request fits this: such actions are asked of no such resource",
            None,
        ),
    ],
)
def test_heads(head: str, message: str, mend: str | None) -> None:
    text, [place] = marked(f'@id("one")\n{head}')
    problems = _judge(text)
    assert [problem.message for problem in problems] == [message]
    assert problems[0].place == Place(FILE, *place)
    assert mend is None or mend in {problems[0].nearest, problems[0].allowed}


_STRENGTHS = "single, mfa, phr or key"


@pytest.mark.parametrize(
    ("condition", "message", "meant", "allowed"),
    [
        ('principal.strength == \u00a6"mfaa"', 'strength "mfaa"', "mfa", _STRENGTHS),
        ('principal.strength != \u00a6"MFA"', 'strength "MFA"', "mfa", _STRENGTHS),
        ('\u00a6"strong" == principal["strength"]', 'strength "strong"', None, _STRENGTHS),
        (
            '["mfa", \u00a6"prh"].contains(principal.strength)',
            'strength "prh"',
            "phr",
            _STRENGTHS,
        ),
        (
            '[principal.strength].containsAny(["mfa", \u00a6"keys"])',
            'strength "keys"',
            "key",
            _STRENGTHS,
        ),
        (
            'resource.classification == \u00a6"restrictd"',
            'classification "restrictd"',
            "restricted",
            "public, internal, confidential or restricted",
        ),
        (
            'resource.layer == \u00a6"databse"',
            'layer "databse"',
            "database",
            "delivery, application or database",
        ),
        (
            'Service::"orders".exposure != \u00a6"nowhere"',
            'exposure "nowhere"',
            None,
            "internet, partner or internal",
        ),
        (
            'resource.environment == \u00a6"productoin"',
            'environment "productoin"',
            "production",
            "production, staging or development",
        ),
    ],
)
def test_values_that_an_attribute_never_has(
    condition: str, message: str, meant: str | None, allowed: str
) -> None:
    head = "permit (principal is User, action, resource)"
    text, [place] = marked(f'@id("one") {head}\nwhen {{ {condition} }};')
    (problem,) = _judge(text)
    assert problem.message == f"there is no {message}"
    assert problem.place == Place(FILE, *place)
    assert (problem.nearest, problem.allowed) == (meant, allowed)


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD};",
        'permit (principal, action, resource) when { resource.owner == "restrictd" };',
        "permit (principal is User, action, resource) when { principal.strength == principal.id };",
        """permit (principal, action, resource)
        when { ["public", "internal"].contains(resource.classification) };""",
        """permit (principal is User in Role::"support", action in Action::"read", resource)
        when { principal.strength == "mfa" && principal.proven_ago < 300 };""",
        """permit (principal, action, resource)
        when { principal is User && resource is Route && principal has tenant }
        when { resource has tenant && principal.tenant == resource.tenant };""",
        """permit (principal is ApiClient, action == Action::"orders:refund", resource)
        when { principal.scopes.contains("orders") && context.path has order };""",
        """permit (principal is Service, action, resource in Service::"orders")
        when { principal in Service::"storefront" && principal.calls.contains(principal) };""",
        """forbid (principal, action in [Action::"write", Action::"orders:export"], resource)
        unless { context.address.isInRange(ip("10.0.0.0/8")) && context.weekday < 6 };""",
        'forbid (principal in Tenant::"any", action, resource == Route::"order");',
        'permit (principal == User::"ada", action, resource) when { context has path.order };',
    ],
)
def test_right_policies_are_left_alone(text: str) -> None:
    assert _judge(f'@id("one") {text}') == ()


def test_all_mistakes_of_all_policies_are_told_in_order() -> None:
    text, places = marked(
        f"""\
@id("one") {HEAD}
when {{ context.address == ip("10.0.0.1") }}
when {{ resource.\u00a6tenant == principal.\u00a6tenant }}
unless {{ context.\u00a6adress == ip("10.0.0.1") && principal in Role::\u00a6"suport" }};
@id("two") {HEAD};
@id("three") permit (principal is User, action, resource)
when {{ principal.\u00a6idd == "x" && principal has email && principal.email == "y" }}
when {{ principal.\u00a6emial == "x" }};
"""
    )
    problems = _judge(text)
    assert [problem.place for problem in problems] == [Place(FILE, *place) for place in places]
    assert [problem.nearest for problem in problems[2:]] == ["address", "support", "id", "email"]


def test_problem_is_shown_with_a_caret() -> None:
    (problem,) = _judge(f'@id("one") {HEAD}\nwhen {{ principal in Role::"suport" }};')
    assert plain(problem) == (
        'policies/orders.cedar:2:27: error: there is no role "suport"\n'
        '  2 | when { principal in Role::"suport" };\n'
        "    |                           ^^^^^^^^\n"
        "  allowed: billing-manager, customer, support\n"
        '  did you mean "support"?'
    )


def test_changed_policy_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def complaints(texts: object) -> object:
        pairs = list(texts)  # type: ignore[call-overload]
        asked.extend(text for _, text in pairs)
        return asking.complaints(pairs)

    monkeypatch.setattr(judging, "complaints", complaints)
    texts = [f'@id("once-{n}") {HEAD} when {{ context.a{n} }};' for n in range(3)]
    first = _judge("\n".join(texts))
    texts[1] = f"// moved\n{texts[1].replace('context.a1', 'true')}"
    second = _judge("\n".join(texts))
    assert len(asked) == 4
    assert "true" in asked[3]
    assert [problem.message for problem in second] == [first[0].message, first[2].message]
    assert [problem.place.line for problem in second if problem.place] == [1, 4]


def test_changed_world_is_judged_anew() -> None:
    text = f'@id("one") {HEAD} when {{ principal in Role::"support" && context.path has a }};'
    found = read([(FILE, text.encode())])
    route = RouteEntity(name="new", service="orders", path="/{a}", actions={}, parameters=("a",))
    assert len(judge(found, WORLD)) == 1
    assert judge(found, shop(routes=(route,))) == ()


def test_policies_that_are_wrong_by_the_hundred_are_all_told() -> None:
    numbers = range(judging.MOST_LOCATED + 50)
    text = "".join(f'@id("p{n}") {HEAD} when {{ context.a{n} == 1 }};\n' for n in numbers)
    problems = _judge(text)
    assert [problem.place.line for problem in problems if problem.place] == [n + 1 for n in numbers]


_ATOMS = [
    *('action == Action::"GET"', 'action in Action::"read"', 'action == Action::"orders:refund"'),
    *('action in [Action::"write", Action::"orders:export"]', 'action == Action::"nothing"'),
    *("principal is User", "principal has tenant", "resource is Route", "resource has tenant"),
    *("principal.tenant == resource.tenant", "resource.calls.contains(resource)", "1", "true"),
    *('principal.strength == "mfa"', "principal.proven_ago < 3", "context.path.order == resource"),
    *("context.path has order", "context.missing", 'principal in Role::"support"', "action"),
    *("context.now < context.now", "context.address.isInRange(context.address)", "false"),
]
_HEADS = [
    HEAD,
    'permit (principal is User, action == Action::"orders:refund", resource)',
    'permit (principal, action in [Action::"GET", Action::"orders:export"], resource is Service)',
    'forbid (principal is Anonymous, action in Action::"write", resource is Route)',
    'forbid (principal, action == Action::"GET", resource)',
]
_bodies = st.recursive(
    st.sampled_from(_ATOMS),
    lambda inner: st.one_of(
        st.builds("({}) && ({})".format, inner, inner),
        st.builds("({}) || ({})".format, inner, inner),
        st.builds("!({})".format, inner),
        st.builds("if {} then {} else {}".format, inner, inner, inner),
        st.builds("({}) == ({})".format, inner, inner),
    ),
    max_leaves=6,
)
_numbers = count()


@given(
    st.sampled_from(_HEADS),
    st.lists(_bodies, max_size=2),
    st.frozensets(st.sampled_from(sorted(Vocabulary(WORLD).ids["Action"]))),
)
def test_fewer_actions_are_judged_the_same(
    head: str, bodies: list[str], others: frozenset[str]
) -> None:
    conditions = " ".join(f"when {{ {body} }}" for body in bodies)
    text = f'@id("made-up-{next(_numbers)}") {head} {conditions};'
    found = read([(FILE, text.encode())])
    vocabulary = Vocabulary(WORLD)
    narrowed = vocabulary.narrowed(judging.named_actions(found.policies[0]) | others)
    said = asking.complaints_of(vocabulary.schema, text)
    assert asking.complaints_of(narrowed, text) == said
    problems = judge(found, WORLD)
    # Whatever Cedar complains of is told, and has a place within the policy.
    assert not said or problems
    assert all(problem.place and problem.place.line == 1 for problem in problems)


@settings(max_examples=60)
@given(st.sampled_from(_HEADS), _bodies, writing.expressions)
def test_whatever_cedar_complains_of_is_told_in_our_words(
    head: str, body: str, made: Expression
) -> None:
    other = " ".join(writing.tokens(made, 0))
    text = f'@id("made-up") {head} unless {{ ({other}) || ({body}) }} when {{ {body} }};'
    vocabulary = Vocabulary(WORLD)
    try:
        problems = _judge(text)
    except ConfigurationError:
        return  # Refused for a character that misleads: made-up text has some.
    assert problems or not asking.complaints_of(vocabulary.schema, text)
    assert not any("validator says" in problem.message for problem in problems)


def test_types_are_read_from_the_schema() -> None:
    words = Vocabulary(WORLD)
    assert set(words.types) == {
        *("Tenant", "Role", "Group", "User", "ApiClient", "Anonymous", "Service", "Route"),
    }
    assert words.types["User"].parents == {"Role", "Group", "Tenant"}
    assert words.types["ApiClient"].attributes == {"id", "tenant", "scopes", "for_person"}
    assert words.types["ApiClient"].optional == {"tenant"}
    assert words.context == {"address", "now", "weekday", "path"}


def test_actions_that_a_policy_does_not_name_are_judged_once() -> None:
    words = Vocabulary(WORLD)
    narrowed = words.narrowed(frozenset({"orders:refund", "HEAD"}))
    named = {line.split('"')[1] for line in narrowed.splitlines() if line.startswith("action")}
    # One of each kind: what writes, what reads, what does both.
    assert named == {"read", "DELETE", "GET", "HEAD", "orders:export", "orders:refund"}


@pytest.mark.parametrize(
    "body",
    [
        f"true{' && true' * 190} && context.\u00a6x",
        f"context.\u00a6x{' && true' * 190}",
        f"false{' || false' * 190} || context.\u00a6x",
        f"{'!(' * 60}context.\u00a6x{')' * 60}",
        f"{'true && (' * 60}context.\u00a6x{')' * 60}",
        "principal in [" + 'Role::"support", ' * 500 + "context.\u00a6x]",
    ],
)
def test_mistakes_are_found_in_large_policies(body: str) -> None:
    text, [place] = marked(f'@id("one") {HEAD} when {{ {body} }};')
    (problem,) = _judge(text)
    assert problem.message == 'the context has no attribute "x"'
    assert problem.place == Place(FILE, *place)
