"""What keeps out whoever has it is found in policies, wherever it stands in them."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.access.generating import Chance

from ringwall.access.built_in import AUDITOR, GUEST
from ringwall.access.compiler.facts import GROUP_MARK, Several, Text
from ringwall.access.compiler.requests import Request
from ringwall.access.compiler.rules import Compiler
from ringwall.access.engine import Engine
from ringwall.access.guarding import POLICIES
from ringwall.access.kept_out import Asked, KeptOut, kept_out
from ringwall.access.model import Kind, Role
from ringwall.access.policies import read
from ringwall.access.schema import schema

ROLES = {
    "intern": Role(name="intern"),
    "trainee": Role(name="trainee", includes=("intern",)),
    "apprentice": Role(name="apprentice", includes=("trainee",)),
    "clerk": Role(name="clerk"),
}
PERMIT = "permit (principal, action, resource)"
FORBID = "forbid (principal, action, resource)"
HERE = "principal has tenant && resource has tenant && principal.tenant == resource.tenant"
INTERN = 'principal in Role::"intern"'


def found(*texts: str) -> set[tuple[Asked, str]]:
    whole = "\n".join(f'@id("p{number}") {text};' for number, text in enumerate(texts))
    kept = kept_out(read([(Path("policies/a.cedar"), whole.encode())]), ROLES)
    return {(one.asked, one.name) for one in kept}


@pytest.mark.parametrize(
    "text",
    [
        'forbid (principal in Role::"intern", action, resource)',
        'forbid (principal is User in Role::"intern", action, resource)',
        f"{FORBID} when {{ {INTERN} }}",
        f"{FORBID} unless {{ !({INTERN}) }}",
        f"{PERMIT} unless {{ {INTERN} }}",
        f"{PERMIT} when {{ !({INTERN}) }}",
        f"{PERMIT} when {{ principal is User && !(context.weekday == 1 && {INTERN}) }}",
        f'{PERMIT} unless {{ principal in [Role::"intern"] }}',
        f'{PERMIT} when {{ !(principal is User in Role::"intern") }}',
        f"{PERMIT} when {{ if {INTERN} then false else true }}",
        f"{PERMIT} when {{ ({INTERN}) == false }}",
        f"{PERMIT} when {{ ({INTERN}) != true }}",
    ],
)
def test_a_role_that_takes_away_is_found(text: str) -> None:
    assert found(text) == {(Asked.ROLE, "intern")}


@pytest.mark.parametrize(
    "text",
    [
        'permit (principal in Role::"intern", action, resource)',
        f"{PERMIT} when {{ {INTERN} }}",
        f"{PERMIT} when {{ !(!({INTERN})) }}",
        f"{FORBID} unless {{ {INTERN} }}",
        f"{FORBID} when {{ !({INTERN}) }}",
        'forbid (principal is Service, action, resource) when { principal.owner == "intern" }',
        f'{PERMIT} when {{ principal has tenant && principal.tenant == Tenant::"north" }}',
        f'{FORBID} unless {{ principal has email && principal.email like "*@shop.example" }}',
        f"{FORBID} unless {{ {HERE} }}",
        'permit (principal is ApiClient, action, resource) when { principal.scopes.contains("a") }',
    ],
)
def test_what_gives_rights_alone_is_not(text: str) -> None:
    assert found(text) == set()


@pytest.mark.parametrize(
    ("text", "asked", "name"),
    [
        (f'{FORBID} when {{ principal in Group::"staff" }}', Asked.GROUP, "staff"),
        ('forbid (principal in Tenant::"north", action, resource)', Asked.TENANT, ""),
        (f'{PERMIT} unless {{ principal in Tenant::"north" }}', Asked.TENANT, ""),
        (
            f"{PERMIT} unless {{ resource has tenant && principal in resource.tenant }}",
            Asked.TENANT,
            "",
        ),
        (f"{PERMIT} when {{ !(principal has tenant) }}", Asked.TENANT, ""),
        (
            f'{FORBID} when {{ principal has email && principal.email like "*@else.example" }}',
            Asked.EMAIL,
            "",
        ),
        (f'{FORBID} when {{ principal.scopes.contains("a") }}', Asked.SCOPE, "a"),
        (f'{PERMIT} unless {{ principal.scopes.containsAny(["a"]) }}', Asked.SCOPE, "a"),
        (f"{PERMIT} when {{ principal.scopes.isEmpty() }}", Asked.SCOPE, ""),
        (f'{PERMIT} when {{ ["a"].containsAll(principal.scopes) }}', Asked.SCOPE, ""),
    ],
)
def test_groups_tenants_addresses_and_scopes_are_found_too(
    text: str, asked: Asked, name: str
) -> None:
    assert found(text) == {(asked, name)}


def test_whoever_has_a_role_by_another_is_kept_out_with_it() -> None:
    once = f"{FORBID} when {{ {INTERN} }};"
    text = f'@id("no-interns") {once}\n@id("nor-they") {once}'
    (one,) = kept_out(read([(Path("a.cedar"), text.encode())]), ROLES)
    assert one.policy == "no-interns"
    assert one.by == ("apprentice", "intern", "trainee")
    assert one.concerns(Kind.USER)
    assert one.concerns(Kind.CLIENT)


def test_a_policy_for_programs_concerns_no_people() -> None:
    text = '@id("no-imports") forbid (principal is ApiClient in Role::"clerk", action, resource);'
    (one,) = kept_out(read([(Path("a.cedar"), text.encode())]), ROLES)
    assert one.concerns(Kind.CLIENT)
    assert not one.concerns(Kind.USER)


def test_nothing_keeps_out_where_nothing_is_said() -> None:
    assert kept_out(None, ROLES) == ()
    assert kept_out(read([]), ROLES) == ()


def test_ringwalls_own_set_keeps_out_auditors_and_guests() -> None:
    """Keys open nothing in Ringwall itself; if they ever do, this says what they have to carry."""
    text = POLICIES.read_text().replace("Ringwall::", "").encode()
    kept = {(one.asked, one.name) for one in kept_out(read([(Path("a.cedar"), text)]), {})}
    assert kept == {(Asked.ROLE, AUDITOR), (Asked.ROLE, GUEST)}


@given(seed=st.integers(0, 2**64), count=st.integers(1, 5), depth=st.integers(0, 3))
@settings(max_examples=80, deadline=None)
def test_who_leaves_out_nothing_that_keeps_out_may_no_more(
    seed: int, count: int, depth: int
) -> None:
    """Whatever else is left out, Cedar lets the part do nothing that the whole may not."""
    chance, leave = Chance(seed, depth=depth), Random(seed)
    world = chance.world()
    text = chance.policies(world, count)
    policies = read([(Path("all.cedar"), text.encode())])
    kept = kept_out(policies, world.roles)
    engine = Engine(policies.policies, schema=schema(world), roles=world.roles)
    compiler = Compiler(policies.policies, world)
    for _ in range(25):
        asked = chance.asked(world)
        if asked.kind is Kind.ANONYMOUS or asked.delegated:
            continue
        place = compiler.place(asked.route, asked.host, asked.method)
        less = replace(asked, request=part(asked.request, kept, asked.kind, leave))
        if engine.decide(less.question(place)).allowed:
            assert engine.decide(asked.question(place)).allowed, (text, asked, less)


def part(whole: Request, kept: tuple[KeptOut, ...], kind: Kind, leave: Random) -> Request:
    """Some of what a request brings, and all of it that keeps out."""
    concerned = [one for one in kept if one.concerns(kind)]
    words = {
        word: value
        for word, value in whole.words.items()
        if word not in {Text.TENANT, Text.EMAIL}
        or leave.random() < 0.3
        or str(word) in {str(one.asked) for one in concerned}
    }
    roles = whole.sets.get(Several.ROLES, frozenset())
    brought = {one for one in sorted(roles) if leave.random() < 0.3}
    for one in concerned:
        if one.asked is Asked.GROUP:
            brought |= {GROUP_MARK + one.name} & roles
        elif not brought & {*one.by}:
            brought |= {*sorted(roles & {*one.by})[:1]}
    sets = {**whole.sets, Several.ROLES: frozenset(brought)}
    if kind is Kind.CLIENT:
        scopes = whole.sets.get(Several.SCOPES, frozenset())
        named = {one.name for one in concerned if one.asked is Asked.SCOPE}
        sets[Several.SCOPES] = frozenset(
            one for one in sorted(scopes) if leave.random() < 0.3 or named & {"", one}
        )
    return replace(whole, words=words, sets=sets)
