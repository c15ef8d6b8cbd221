"""What is told of policies when the configuration is judged, beyond what Cedar itself says."""

from pathlib import Path

import pytest

from ringwall.runtime.configuration import ConfigurationError, Problem
from ringwall.runtime.configuration.loading import load, load_sources
from ringwall.runtime.current import all_sections

CONFIG = """
version: 1
edge: {redirect: null, hosts: {api.example: {}, id.example: {}}}
identity: {host: id.example}
access: {roles: {customer: {}}}
services:
  orders: {addresses: ["127.0.0.1:7401"], owner: tests, calls: [billing]}
  billing: {addresses: ["127.0.0.1:7402"], owner: tests, sidecar: {app: "127.0.0.1:7502"}}
routes:
  - {name: list, hosts: [api.example], path: "/{tenant}/orders", service: orders}
  - {name: pay, hosts: [api.example], path: /pay, methods: [POST], service: billing}
"""
LISTED = '@id("listed") permit (principal in Role::"customer", action, resource == Route::"list");'
PAID = '@id("paid") permit (principal in Role::"customer", action, resource == Route::"pay");'


def problems(policies: str, config: str = CONFIG) -> tuple[Problem, ...]:
    sources = [
        (Path("ringwall.yaml"), config.encode()),
        (Path("policies/all.cedar"), policies.encode()),
    ]
    try:
        return load_sources(sources, all_sections(), root=Path("/srv")).warnings
    except ConfigurationError as error:
        return error.problems


def told(policies: str, config: str = CONFIG) -> list[str]:
    return [str(one) for one in problems(policies, config)]


def test_nothing_is_told_of_policies_that_all_do_something() -> None:
    assert told(LISTED + PAID) == []


def test_a_route_for_nobody_and_one_for_everybody_are_told() -> None:
    text = '@id("all") permit (principal, action, resource == Route::"list");'
    found = told(text)
    assert found == [
        'ringwall.yaml:10:12: warning: everybody may use the route "list", whoever they are',
        'ringwall.yaml:11:12: warning: no policy lets anybody use the route "pay"',
    ]


def test_a_policy_that_never_applies_is_told_with_its_place() -> None:
    text = LISTED + PAID + '\n@id("idle")\npermit (principal, action == Action::"PUT", resource)\n'
    text += 'when { resource == Route::"list" };'
    (found,) = problems(text)
    assert '"idle" never applies' in found.message
    assert str(found.place) == "policies/all.cedar:2:1"
    assert found.excerpt is not None


def test_a_permit_that_a_forbid_undoes_is_told_with_that_forbid() -> None:
    text = LISTED + PAID + '\n@id("shut") forbid (principal, action, resource == Route::"pay");'
    shut, hidden = problems(text)
    assert hidden.message == (
        '"paid" permits nothing: "shut" (policies/all.cedar:2:1) forbids all of it'
    )
    assert 'no policy lets anybody use the route "pay"' in shut.message


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        ("principal.scopes == context.path.tenant", ""),
        ("context.now.toTime().toHours() > 8", "the edge does not round"),
        ("principal.proven_ago * principal.proven_ago > 8", "multiplies one number"),
        ('decimal("1.0").lessThan(decimal("2.0"))', "the edge has no"),
    ],
)
def test_what_the_edge_cannot_decide_is_refused_with_place_and_reason(
    condition: str, why: str
) -> None:
    text = (
        f'@id("odd") permit (principal is User, action, resource is Route) when {{ {condition} }};'
    )
    found = told(LISTED + PAID + "\n" + text)
    assert any("error" in one and "policies/all.cedar:2:" in one for one in found)
    if why:
        assert any('the edge cannot decide "odd" by itself' in one and why in one for one in found)


def test_policies_for_services_need_a_sidecar() -> None:
    config = CONFIG.replace(', sidecar: {app: "127.0.0.1:7502"}', "")
    assert any(
        "billing has no sidecar: no policy holds what orders may do there" in one
        for one in told(LISTED + PAID, config)
    )


def test_names_of_actions_are_for_methods_of_the_route() -> None:
    config = CONFIG.replace(
        "path: /pay, methods: [POST]", 'path: /pay, methods: [POST], actions: {GET: "bills:pay"}'
    )
    assert any("the route does not take GET" in one for one in told(LISTED + PAID, config))
    both = CONFIG.replace(
        "path: /pay, methods: [POST]",
        'path: /pay, methods: [GET, POST], actions: {GET: "bills:pay", POST: "bills:pay"}',
    )
    assert any("who may do one could do the other" in one for one in told(LISTED + PAID, both))


def test_policies_are_not_included(tmp_path: Path) -> None:
    (tmp_path / "ringwall.yaml").write_text(CONFIG + "include: [extra.cedar]\n")
    (tmp_path / "extra.cedar").write_text(LISTED)
    with pytest.raises(ConfigurationError, match="read from its own folder"):
        load(tmp_path / "ringwall.yaml", all_sections())


MARKED = (
    '@id("odd") @callout("it is odd") permit (principal is User, action, resource == Route::"list")'
    "\nwhen { context.weekday * context.weekday < 9 };"
)


def test_a_policy_that_is_marked_is_not_refused() -> None:
    assert told(MARKED + PAID) == []


def test_a_mark_is_offered_where_it_would_help() -> None:
    (found,) = problems(MARKED.replace('@callout("it is odd")', "") + PAID)
    assert found.allowed is not None
    assert '@callout("why")' in found.allowed


def test_a_mark_says_why() -> None:
    (found,) = told(MARKED.replace('@callout("it is odd")', "@callout") + PAID)
    assert "@callout does not say why" in found


def test_a_mark_that_is_not_needed_is_told() -> None:
    (found,) = problems(LISTED.replace(") permit", ') @callout("why") permit') + PAID)
    assert '"listed" needs no @callout' in found.message
    assert str(found.place) == "policies/all.cedar:1:24"


def test_sidecars_make_no_call_outs() -> None:
    text = MARKED.replace("principal is User", "principal").replace(
        'resource == Route::"list"', "resource"
    )
    (found,) = problems(text + LISTED + PAID)
    assert "sidecars make no call-outs" in found.message
    assert found.allowed is None
