"""What the edge asks Cedar's engine about comes out as Cedar decides; all else asks nothing."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

import pytest
from tests.access.generating import Asked, Chance
from tests.access.live.envoys import Answer, ask, headers_of, path_of, running, virtual_host

from ringwall.access.compiler.facts import Text
from ringwall.access.compiler.rules import DEFAULT, Decision, Ruling
from ringwall.access.engine import Engine
from ringwall.access.judging import judge
from ringwall.access.model import Kind, World
from ringwall.access.policies import read
from ringwall.access.schema import schema
from ringwall.gateway.admin import Admin
from ringwall.gateway.callouts import Callouts, server
from ringwall.gateway.compiled import Compiled
from ringwall.gateway.deciding import Asking, Deciding
from ringwall.gateway.envoy.callout import ABOUT_HEADER, DECIDED_HEADER, NOW_HEADER, PATIENCE
from ringwall.gateway.envoy.permissions import PROOF, UNKNOWN
from ringwall.runtime.announcing import listening_at

pytestmark = pytest.mark.e2e

WORLDS: Final = 60
REQUESTS: Final = 40
"""In each world; about a third of them are asked about."""


class Marked(Chance):
    """Policies that may be decided by call-out, with conditions that only Cedar's engine knows."""

    def policy(self, world: World, name: str) -> str:
        return '@callout("by chance")\n' + super().policy(world, name)

    def _leaf(self, world: World, kind: Kind | None) -> str:
        if self._coin(0.4):
            return super()._leaf(world, kind)
        choices = [
            f'context.now.durationSince(datetime("2026-01-01")).toHours() > {self._of(0, 900_000)}',
            "context.weekday * context.weekday < 9",
        ]
        for one in ("a", "id", "tenant"):
            if {one, "b"} <= {*world.parameters}:
                both = f"context.path has {one} && context.path has b"
                choices.append(f"({both} && context.path.{one} == context.path.b)")
        if kind is Kind.USER:
            choices.append("principal.strength == principal.id")
            choices.append("principal.proven_ago < context.weekday * 100")
            choices.append("(principal has scopes && principal.scopes.isEmpty())")
        if kind is Kind.CLIENT:
            choices.append('principal.scopes == ["read"]')
            choices.append('["read", "profile"].containsAll(principal.scopes)')
        return self._of(*choices)


class Case:
    """A world with its policies, in Cedar's engine and compiled."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.chance = Marked(1000 + number, depth=number % 3)
        self.world = self.chance.world()
        text = self.chance.policies(self.world, 2 + number % 6)
        self.policies = read([(Path("all.cedar"), text.encode())])
        self.text = text
        self.compiled = Compiled(self.policies, self.world)
        self.engine = Engine(
            self.policies.policies, schema=schema(self.world), roles=self.world.roles
        )
        self.version = sha256(text.encode()).hexdigest()

    def host(self, asked: Asked) -> str:
        tenant = asked.request.words.get(Text.HOST_TENANT, "api")
        return f"{tenant}.case{self.number}.test"

    def rulings(self, asked: Asked) -> list[Ruling]:
        """Those that a request is decided by."""
        found = self.compiled.rulings(asked.route.name, asked.host, asked.method)
        if asked.delegated:
            several = [found.user, found.delegate]
        else:
            kinds = {Kind.USER: found.user, Kind.CLIENT: found.client}
            several = [kinds.get(asked.kind, found.nobody)]
        return [one for one in several if one is not None]

    def decided(self, asked: Asked) -> Decision:
        place = self.compiled.place(asked.route, asked.host, asked.method)
        said = self.engine.decide(asked.question(place))
        if not asked.delegated:
            return said
        person = replace(asked, kind=Kind.USER, delegated=False)
        other = self.engine.decide(person.question(place))
        if said.allowed and other.allowed:
            return Decision(allowed=True, policies=(*other.policies, *said.policies))
        against = [one.policies for one in (other, said) if not one.allowed]
        return Decision(allowed=False, policies=sum(against, ()))


def cases() -> Iterator[Case]:
    """Worlds whose policies Cedar's validator finds nothing wrong with."""
    for number in range(WORLDS):
        case = Case(number)
        assert not judge(case.policies, case.world)
        assert not case.compiled.refused
        yield case


class Answering:
    """The process of call-outs as a thread; ``calls`` counts what it decided."""

    def __init__(self, versions: dict[str, Deciding]) -> None:
        self.calls = 0
        self.delay = 0.0
        self._versions = versions

    async def __call__(self, scope: object, receive: object, send: object) -> None:
        self.calls += 1
        await asyncio.sleep(self.delay)
        await self._callouts(scope, receive, send)

    @contextmanager
    def running(self, path: Path) -> Iterator[None]:
        self._callouts = Callouts(self._versions.get)
        serving = server(self)  # type: ignore[arg-type]
        sock = listening_at(path)

        def run() -> None:
            asyncio.run(serving.serve(sockets=[sock]))

        thread = threading.Thread(target=run)
        thread.start()
        try:
            while not serving.started:
                assert thread.is_alive()
                time.sleep(0.01)
            yield
        finally:
            serving.stop()
            thread.join(10)


class Scene:
    """An Envoy with all cases, and who answers its call-outs."""

    def __init__(self, folder: Path, found: list[Case], connection: HTTPConnection) -> None:
        self.cases, self.connection = found, connection
        self.socket, self.admin = folder / "callouts.sock", Admin(folder / "admin.sock", 5)
        self.answering = Answering({one.version: Deciding(one.compiled) for one in found})

    def send(self, case: Case, asked: Asked, **more: str) -> Answer:
        headers = {**headers_of(asked.request, case.host(asked)), **more}
        path = path_of(asked.route, asked.request)
        return ask(self.connection, asked.method, path, headers)

    def asked_about(self) -> tuple[Case, Asked]:
        """Some request that is asked about, and allowed, whenever within a minute it is made."""
        for case in self.cases:
            for _ in range(REQUESTS):
                asked = moved_to(case.chance.asked(case.world), int(time.time()))
                if asked.method == "GET" and all(
                    any(one.asks(later.request) for one in case.rulings(later))
                    and case.decided(later).allowed
                    for later in within_a_minute(asked)
                ):
                    return case, asked
        raise AssertionError


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("out")
    found = list(cases())
    hosts = [
        virtual_host(
            f"c{c.number}", f"*.case{c.number}.test", c.compiled.compiler, version=c.version
        )
        for c in found
    ]
    socket, admin = folder / "callouts.sock", folder / "admin.sock"
    with running(folder, hosts, callouts=socket, admin=admin) as connection:
        yield Scene(folder, found, connection)


def test_whoever_is_asked_the_answer_is_cedars(scene: Scene) -> None:
    told: Counter[tuple[bool, bool]] = Counter()
    with scene.answering.running(scene.socket):
        for case in scene.cases:
            for _ in range(REQUESTS):
                asked = moved_to(case.chance.asked(case.world), int(time.time()))
                before = scene.answering.calls
                began = time.monotonic()
                answer = scene.send(case, asked)
                took, called = time.monotonic() - began, scene.answering.calls - before
                if int(time.time()) != asked.request.now or took > PATIENCE:
                    continue  # another moment, or a machine too busy for an answer in time
                said = case.decided(asked)
                where = (case.text, asked, said, answer)
                assert answer.status == (200 if said.allowed else 403), where
                rulings = case.rulings(asked)
                is_asked = any(one.asks(asked.request) for one in rulings)
                assert called <= is_asked, where
                told[said.allowed, bool(called)] += 1
                if answer.by == PROOF and called:
                    assert case.decided(proven_well(asked)).allowed, where
                if asked.method != "HEAD" and answer.by not in {PROOF, UNKNOWN}:
                    by = set() if answer.by == DEFAULT else set(answer.by.split())
                    assert by <= set(said.policies), where
                    if called:
                        assert bool(by) == bool(said.policies), where
    assert min(told.values()) > WORLDS * REQUESTS / 40, told
    assert len(told) == 4


def proven_well(asked: Asked) -> Asked:
    """The same request by somebody who was proven by a passkey just now."""
    request = asked.request
    words = {**request.words, Text.STRENGTH: "phr"}
    return replace(asked, request=replace(request, words=words, proven=request.now))


def moved_to(asked: Asked, now: int) -> Asked:
    """The same request now, by somebody who was proven as long ago."""
    request, proven = asked.request, asked.request.proven
    if proven is not None:
        proven += now - request.now
    return replace(asked, request=replace(request, now=now, proven=proven))


def within_a_minute(asked: Asked) -> Iterator[Asked]:
    """The same request at each second of the next minute."""
    for seconds in range(60):
        now = asked.request.now + seconds
        yield replace(asked, request=replace(asked.request, now=now))


def test_who_does_not_answer_denies(scene: Scene) -> None:
    case, asked = scene.asked_about()
    assert scene.send(case, asked).status == 503
    with scene.answering.running(scene.socket):
        assert scene.send(case, asked).status == 200


def test_who_answers_too_late_denies(scene: Scene) -> None:
    case, asked = scene.asked_about()
    with scene.answering.running(scene.socket):
        scene.answering.delay = 3.0
        took = []
        for _ in range(3):
            began = time.monotonic()
            assert scene.send(case, asked).status == 503
            took.append(time.monotonic() - began)
        scene.answering.delay = 0.0
        # A machine that stands still for a moment makes one of them longer, not each.
        assert 0.4 < min(took) < 0.95, took
        assert scene.send(case, asked).status == 200


class Slow(Deciding):
    """An engine that is busy for long with each decision, and counts them."""

    BUSY: Final = 0.008
    decided = 0

    def decide(self, asking: Asking) -> str:
        self.decided += 1
        time.sleep(self.BUSY)
        return super().decide(asking)


def test_more_than_can_be_served_keep_nobody_from_being_served(scene: Scene) -> None:
    """Some are denied at once, and what the engine has time for is answered."""
    case, asked = scene.asked_about()
    slow = Slow(case.compiled)
    seconds, clients = 4.0, 120
    ends = time.monotonic() + seconds
    told: list[tuple[int, float]] = []

    def send() -> None:
        connection = HTTPConnection("127.0.0.1", scene.connection.port, timeout=10)
        while (began := time.monotonic()) < ends:
            headers = headers_of(asked.request, case.host(asked))
            answer = ask(connection, asked.method, path_of(asked.route, asked.request), headers)
            told.append((answer.status, time.monotonic() - began))
            if answer.status == 503:
                time.sleep(0.05)
        connection.close()

    with (
        Answering({case.version: slow}).running(scene.socket),
        ThreadPoolExecutor(clients) as pool,
    ):
        list(pool.map(lambda _: send(), range(clients)))
    answered = [took for status, took in told if status == 200]
    refused = [took for status, took in told if status == 503]
    assert len(answered) + len(refused) == len(told)
    assert min(refused) < 0.3, "nobody is denied before the patience ends"
    assert len(answered) > 0.2 * slow.decided, "most of the work is for those who have gone"


def test_an_unknown_version_denies(scene: Scene) -> None:
    case, asked = scene.asked_about()
    others = Answering({})
    with others.running(scene.socket):
        assert scene.send(case, asked).status == 503
        assert others.calls == 1


def test_what_a_client_says_of_itself_changes_nothing(scene: Scene) -> None:
    """The answer's header is the edge's alone: here nothing takes a client's away before."""
    case, asked = scene.asked_about()
    forged = {NOW_HEADER: "0", ABOUT_HEADER: "x y z", "x-ringwall-address": "10.0.0.1"}
    with scene.answering.running(scene.socket):
        assert scene.send(case, asked, **forged).status == 200
        assert scene.send(case, asked, **{DECIDED_HEADER: "access:p0"}).status == 200
    assert scene.send(case, asked, **{DECIDED_HEADER: "access:p0"}).status == 503


def test_calls_are_counted_by_route(scene: Scene) -> None:
    case, asked = scene.asked_about()
    name = rf"ext_authz\.callout\.{asked.route.name}\.ok$"
    with scene.answering.running(scene.socket):
        before = sum(int(v) for v in scene.admin.stats(name).values())
        scene.send(case, asked)
        assert sum(int(v) for v in scene.admin.stats(name).values()) == before + 1
