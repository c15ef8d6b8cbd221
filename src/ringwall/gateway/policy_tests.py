"""Tests of policies, written beside them: whom they are to let do what.

Files ``tests/*.yaml`` in the folder of policies. They are read as strictly as the configuration.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from ringwall.access.asking.askers import Asking
from ringwall.access.compiler.facts import KEY
from ringwall.access.compiler.rules import DEFAULT
from ringwall.core.principals import Principal, PrincipalKind
from ringwall.gateway.answers import Answer, Answers, UnsaidError
from ringwall.gateway.destinations import Destination, NowhereError, by_name, by_url
from ringwall.gateway.judging import unknown
from ringwall.gateway.wanted import Wanted
from ringwall.runtime.configuration import (
    Configuration,
    ConfigurationError,
    Duration,
    Form,
    Problem,
    Section,
    Shape,
    StrictModel,
    load_text,
)
from ringwall.runtime.configuration.documents import parse
from ringwall.runtime.configuration.nodes import MappingNode, SequenceNode

TESTS: Final = "tests"
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Expected(StrEnum):
    """What is to come of a request."""

    ALLOW = "allow"
    DENY = "deny"


class Who(StrictModel):
    """Who asks, as their token would tell it."""

    kind: Literal["user", "client", "anonymous"] = "user"
    """A person, an API client, or nobody known."""
    id: Text = "somebody"
    """What tokens have as `sub`."""
    email: Text | None = None
    """A person's mail address."""
    tenant: Text | None = None
    """The organisation they act for, by its short name."""
    roles: tuple[Text, ...] = ()
    """Those given; what they include comes by itself."""
    groups: tuple[Text, ...] = ()
    """Groups of the company's own identity provider."""
    scopes: tuple[Text, ...] | None = None
    """The scopes of a token or key; none for a person who is there themselves."""
    strength: Literal["single", "mfa", "phr", "key"] = "single"
    """How a person is proven."""
    proven: Duration | None = 0.0
    """How long ago, such as 5m; null for never."""


class Through(StrictModel):
    """An application that acts for the person."""

    id: Text = "an-application"
    """Its id."""
    scopes: tuple[Text, ...] = ()
    """What its token may."""


class Case(StrictModel):
    """One test: who asks for what, in which circumstances, and what is to come of it."""

    name: Text
    """What it shows, for people."""
    principal: Who = Who()
    """Who asks."""
    through: Through | None = None
    """The application that acts for them."""
    request: Annotated[
        str | None,
        StringConstraints(pattern=r"^[A-Z]+ \S+$"),
        Form("a method and a URL, such as GET https://app.example/orders"),
    ] = None
    """A method and a URL; or `route`."""
    route: Text | None = None
    """The name of a route; or `request`."""
    method: Annotated[
        str | None, StringConstraints(pattern=r"^[A-Z]+$"), Form("a method, such as GET")
    ] = None
    """With `route`: by which method."""
    host: Text | None = None
    """With `route`: on which of its hosts."""
    path: Mapping[str, Text] = Field(default_factory=dict)
    """With `route`: what stands for the names in braces."""
    address: IPv4Address | IPv6Address | None = None
    """Where the request comes from; else this machine."""
    at: Annotated[
        str | None,
        StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$"),
        Form("a time with its zone, such as 2026-11-26T22:00Z"),
    ] = None
    """When; else now."""
    expect: Expected
    """Whether the request is to come through."""
    by: Text | None = None
    """The id of a policy that is to decide; `default` where none is to permit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A case with its file and line."""

    case: Case
    file: Path
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a case: ``reasons`` are empty where it passed."""

    placed: Placed
    answer: Answer
    reasons: tuple[str, ...]


def read(file: Path, shown: Path, wanted: Wanted) -> tuple[Placed, ...]:
    """Read a file of tests; ``ConfigurationError`` tells everything that is wrong, with places.

    ``shown`` is the file's name as problems tell it.
    """
    data = file.read_bytes()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        problem = Problem(path=(), message=f"{shown} is not UTF-8: save it as UTF-8")
        raise ConfigurationError((problem,)) from None
    section = Section(key=TESTS, model=Case, shape=Shape.LIST, check=partial(_check, wanted))
    cases = load_text(text, [section], name=str(shown)).list(Case, TESTS)
    lines = _lines(data, shown)
    return tuple(
        Placed(case=case, file=shown, line=line) for case, line in zip(cases, lines, strict=True)
    )


def _lines(data: bytes, file: Path) -> tuple[int, ...]:
    root = parse(data, file).root
    if not isinstance(root, MappingNode) or TESTS not in root.entries:
        return ()
    tests = root.entries[TESTS].value
    return tuple(one.place.line for one in tests.items) if isinstance(tests, SequenceNode) else ()


def _check(wanted: Wanted, configuration: Configuration) -> Iterator[Problem]:
    """What tests name and there is not: roles, groups, policies, routes."""
    world = wanted.world
    policies = () if wanted.policies is None else tuple(wanted.policies.by_id)
    for position, case in enumerate(configuration.list(Case, TESTS)):
        path = (TESTS, position)
        for index, role in enumerate(case.principal.roles):
            if role not in world.roles:
                yield unknown((*path, "principal", "roles", index), "role", role, world.roles)
        for index, group in enumerate(case.principal.groups):
            if group not in world.groups:
                yield unknown((*path, "principal", "groups", index), "group", group, world.groups)
        if case.by is not None and case.by not in (*policies, DEFAULT):
            yield unknown((*path, "by"), "policy", case.by, (*policies, DEFAULT))
        if (case.request is None) == (case.route is None):
            message = "a test asks for one thing: write either request or route"
            yield Problem(path=path, message=message)
            continue
        try:
            destination(wanted, case)
        except NowhereError as error:
            key = "request" if case.request is not None else "route"
            yield Problem(path=(*path, key), message=str(error), allowed=error.hint or None)


def destination(wanted: Wanted, case: Case) -> Destination:
    """Where a case's request goes; ``NowhereError`` where that is nowhere."""
    if case.route is not None:
        return by_name(wanted, case.route, case.method, host=case.host, parameters=dict(case.path))
    method, _, url = (case.request or "").partition(" ")
    return by_url(wanted, method, url)


def run(answers: Answers, cases: Sequence[Placed]) -> Iterator[Result]:
    """Run tests one after the other."""
    for placed in cases:
        to = destination(answers.wanted, placed.case)
        try:
            answer = answers.answer(_asking(placed.case), to)
        except UnsaidError as error:
            message = f"{placed.file}:{placed.line}: {error}"
            raise UnsaidError(message) from error
        yield Result(placed=placed, answer=answer, reasons=tuple(_wrong(placed.case, answer)))


def _wrong(case: Case, answer: Answer) -> Iterator[str]:
    decided = {name for one in answer.judgments for name in one.cedar.policies}
    if any(not one.cedar.allowed and not one.cedar.policies for one in answer.judgments):
        decided.add(DEFAULT)
    if answer.allowed != (case.expect is Expected.ALLOW):
        said = "allowed" if answer.allowed else "denied"
        yield f"expected {case.expect}, but it is {said} by {', '.join(sorted(decided))}"
        if not answer.allowed:
            yield from answer.kept_out
            for judgment in answer.judgments:
                for part in (*judgment.deciding, *judgment.nearest):
                    if not judgment.cedar.allowed:
                        yield from (f"{part.policy.id}: {one}" for one in part.reasons)
    elif case.by is not None and case.by not in decided:
        yield f"expected by {case.by}, but it is by {', '.join(sorted(decided))}"
    if not answer.agrees:
        yield "the rules of the edge and Cedar differ over this: a defect of Ringwall"


_KINDS: Final = {
    "user": PrincipalKind.USER,
    "client": PrincipalKind.CLIENT,
    "anonymous": PrincipalKind.ANONYMOUS,
}


def _asking(case: Case) -> Asking:
    who = case.principal
    kind = _KINDS[who.kind]
    principal = Principal(
        kind=kind,
        id=who.id,
        name=who.id,
        email=who.email,
        tenant=who.tenant,
        roles=who.roles,
        groups=who.groups,
        scopes=who.scopes if who.scopes is not None or kind is not PrincipalKind.CLIENT else (),
        key="a-key" if who.strength == KEY else None,
    )
    through = case.through
    now = datetime.now(UTC) if case.at is None else datetime.fromisoformat(case.at)
    found = Asking(
        principal=principal,
        strength=who.strength,
        proven_ago=None if who.proven is None else int(who.proven),
        application=None
        if through is None
        else Principal(
            kind=PrincipalKind.CLIENT, id=through.id, name=through.id, scopes=through.scopes
        ),
        now=int(now.timestamp()),
    )
    return found if case.address is None else replace(found, address=case.address)


def untouched(wanted: Wanted, results: Sequence[Result]) -> tuple[str, ...]:
    """The policies that decided nothing in any test, in order of files and places."""
    decided = {
        name
        for result in results
        for judgment in result.answer.judgments
        for name in judgment.cedar.policies
    }
    policies = () if wanted.policies is None else wanted.policies.policies
    return tuple(policy.id for policy in policies if policy.id not in decided)
