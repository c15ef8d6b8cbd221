"""Where a policy and a service, or the edge and Cedar, could read the same in two ways."""

import itertools
import os
import re
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from tests.access.worlds import service

from ringwall.access.compiler import formulas
from ringwall.access.compiler.facts import Parameter, Several, Text
from ringwall.access.compiler.formulas import FALSE
from ringwall.access.compiler.proving import asked, could_be_proven
from ringwall.access.compiler.requests import Request, evaluate
from ringwall.access.compiler.rules import Compiler, Ruling
from ringwall.access.language.parser import parse
from ringwall.access.language.syntax import WILDCARD
from ringwall.access.model import Asks, RouteEntity, World
from ringwall.gateway.config import Route
from ringwall.gateway.envoy.predicates import Wording
from ringwall.gateway.paths import parse_template
from ringwall.gateway.world import actions_of
from ringwall.runtime.configuration import reading
from ringwall.runtime.configuration.reading import UnreadableError


def _world(*names: str) -> World:
    routes = {
        name: RouteEntity(
            name=name,
            service="s",
            path="/{a}/{b}",
            actions={"GET": "GET"},
            parameters=("a", "b"),
            hosts=("api.example",),
            asks=Asks.ANYBODY,
        )
        for name in names
    }
    return World(services={"s": service("s")}, routes=routes)


def _ruling(compiler: Compiler, name: str) -> Ruling:
    ruling = compiler.route(compiler.world.routes[name], "api.example", "GET").nobody
    assert ruling is not None
    return ruling


def test_a_policy_that_is_refused_at_one_route_is_refused_at_every_other() -> None:
    text = """
    @id("all") permit (principal, action, resource);
    @id("two-parts") forbid (principal, action, resource is Route)
    when { context.path has a && context.path has b && context.path.a == context.path.b };
    """
    policies = parse(text, Path("p.cedar"))
    first = Compiler(policies, _world("one", "two"))
    for name in ("one", "two"):
        _ruling(first, name)
    assert set(first.refused) == {"two-parts"}
    later = Compiler(policies, _world("two"))
    _ruling(later, "two")
    assert set(later.refused) == {"two-parts"}


def test_a_permit_that_shows_somewhere_is_hidden_nowhere() -> None:
    text = """
    @id("all") permit (principal, action, resource);
    @id("not-two") forbid (principal, action, resource == Route::"two");
    """
    compiler = Compiler(parse(text, Path("p.cedar")), _world("one", "two"))
    for name in ("one", "two"):
        _ruling(compiler, name)
    assert compiler.hidden_by == {}
    alone = Compiler(parse(text, Path("p.cedar")), _world("two"))
    _ruling(alone, "two")
    assert alone.hidden_by == {"all": "not-two"}


@pytest.mark.parametrize("value", ["a?b", "a/b", "a%20b", "é", "a;b"])
def test_what_a_parameter_cannot_be_it_never_is(value: str) -> None:
    assert formulas.among(Parameter("x"), [value]) == FALSE
    assert formulas.matches(Parameter("x"), (value, WILDCARD)) == FALSE
    assert formulas.among(Text.USER, [value]) != FALSE


def test_a_tenant_of_a_host_is_one_label() -> None:
    assert formulas.among(Text.HOST_TENANT, ["north.shop", "North"]) == FALSE
    assert formulas.among(Text.HOST_TENANT, ["north"]) != FALSE


def test_no_word_of_a_set_has_what_separates_them() -> None:
    assert formulas.holds(Several.SCOPES, ["a b", ""]) == FALSE
    assert formulas.holds(Several.ROLES, ["a,b"]) == FALSE
    assert formulas.holds(Several.SCOPES, ["a,b"]) != FALSE


def test_no_network_is_taken_for_another_however_many_there_are() -> None:
    wording = Wording(parse_template("/"))
    for number in range(1200):
        network = ip_network((0x0A000000 + number * 256, 24))
        wording.predicate(formulas.Within(frozenset([network])))
    tags = list(wording.networks.values())
    assert len({len(tag) for tag in tags}) == 1
    assert not any(re.search(one, other) for one, other in itertools.pairwise(tags))


@pytest.mark.parametrize(
    "condition",
    [
        "context.path == {}",
        'Action::"POST" in Action::"write"',
        'context.now.offset(duration("-40000d")).toDate() >= datetime("1930-01-01")',
        'ip("10.0.0.1/8") == ip("10.0.0.2/8")',
        'context.address == ip("10.0.0.1/8")',
    ],
)
def test_what_the_edge_would_see_otherwise_than_cedar_is_refused(condition: str) -> None:
    text = f'@id("odd") permit (principal, action, resource) unless {{ {condition} }};'
    compiler = Compiler(parse(text, Path("p.cedar")), _world("one"))
    ruling = _ruling(compiler, "one")
    assert set(compiler.refused) == {"odd"}
    assert not ruling.decide(Request()).allowed


def test_head_is_called_what_get_is() -> None:
    route = Route.model_validate(
        {
            "name": "export",
            "hosts": ["api.example"],
            "path": "/",
            "methods": ["GET", "HEAD"],
            "actions": {"GET": "orders:export"},
            "service": "s",
        }
    )
    assert actions_of(route) == {"GET": "orders:export", "HEAD": "orders:export"}


def test_no_policy_is_passed_over_in_silence(tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    assert reading.below(tmp_path, "policies", ".cedar") == ()
    folder.symlink_to(tmp_path / "unmounted")
    with pytest.raises(UnreadableError, match="not a folder"):
        reading.below(tmp_path, "policies", ".cedar")
    folder.unlink()
    folder.write_text("")
    with pytest.raises(UnreadableError, match="not a folder"):
        reading.below(tmp_path, "policies", ".cedar")
    folder.unlink()
    (folder / "team").mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / ".git" / "old.cedar").write_text("")
    (folder / "team" / "forbid.cedar").write_text("")
    assert reading.below(tmp_path, "policies", ".cedar") == (Path("policies/team/forbid.cedar"),)
    (tmp_path / "shared").mkdir()
    (folder / "linked").symlink_to(tmp_path / "shared")
    with pytest.raises(UnreadableError, match="policies/linked is a link"):
        reading.below(tmp_path, "policies", ".cedar")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_folder_that_cannot_be_read_is_not_empty(tmp_path: Path) -> None:
    closed = tmp_path / "policies" / "closed"
    closed.mkdir(parents=True)
    closed.chmod(0)
    try:
        with pytest.raises(UnreadableError, match="cannot read policies"):
            reading.below(tmp_path, "policies", ".cedar")
    finally:
        closed.chmod(0o700)


def test_who_is_only_proven_too_long_ago_needs_no_second_factor() -> None:
    text = '@id("fresh") permit (principal is User, action, resource) when {'
    text += " principal.proven_ago <= 900 };"
    world = _world("one")
    route = replace(world.routes["one"], asks=Asks.SIGNED_IN)
    compiler = Compiler(parse(text, Path("p.cedar")), replace(world, routes={"one": route}))
    user = compiler.route(route, "api.example", "GET").user
    assert user is not None
    assert asked(user) == ("single", 900)
    stale = Request(words={Text.USER: "u", Text.STRENGTH: "single"}, now=5000, proven=0)
    assert evaluate(could_be_proven(user), stale)
    assert not user.decide(stale).allowed
