"""A world with its policies in Cedar's engine and compiled, which must decide alike in it."""

from dataclasses import replace
from pathlib import Path

from tests.access.generating import Asked, Chance
from tests.access.third_opinion import Judge

from ringwall.access.compiler.facts import Text
from ringwall.access.compiler.places import Place
from ringwall.access.compiler.rules import Compiler, Decision, Ruling
from ringwall.access.engine import Engine
from ringwall.access.language.parser import parse
from ringwall.access.model import Kind, World
from ringwall.access.schema import schema


class Case:
    """One world; ``number`` is its seed and name, ``count`` how many policies it has."""

    def __init__(self, number: int, *, count: int, depth: int) -> None:
        self.number = number
        self.chance = Chance(number, depth=depth)
        self.world: World = self.chance.world()
        self.text = self.chance.policies(self.world, count)
        self.schema = schema(self.world)
        self.policies = parse(self.text, Path("all.cedar"))
        self.compiler = Compiler(self.policies, self.world)
        self.engine = Engine(self.policies, schema=self.schema, roles=self.world.roles)

    def asked(self) -> Asked:
        """A request by chance."""
        return self.chance.asked(self.world)

    def place(self, asked: Asked) -> Place:
        """What a request is for."""
        return self.compiler.place(asked.route, asked.host, asked.method)

    def said(self, asked: Asked) -> Decision:
        """What Cedar's engine says."""
        return self.engine.decide(asked.question(self.place(asked)))

    def require_compiled_as_cedar(self, asked: Asked) -> None:
        """Insist that the compiled rules decide a request like Cedar, by policies it names too.

        For an application that acts for a person those for the person are asked as well.
        """
        if asked.delegated:
            self.require_compiled_as_cedar(replace(asked, kind=Kind.USER, delegated=False))
        rulings = self.compiler.route(asked.route, asked.host, asked.method)
        assert not self.compiler.refused
        if asked.kind is Kind.CLIENT:
            ruling = rulings.delegate if asked.delegated else rulings.client
        else:
            ruling = rulings.user if asked.kind is Kind.USER else rulings.nobody
        assert ruling is not None
        said, found = self.said(asked), ruling.decide(asked.request)
        where = (self.number, self.text, asked, said, found)
        assert found.allowed == said.allowed, where
        assert set(found.policies) <= set(said.policies), where
        assert bool(found.policies) == bool(said.policies), where

    def require_the_same_of(self, judge: Judge, several: list[Asked]) -> None:
        """Insist that another build of Cedar decides requests by the same policies."""
        name = str(self.number)
        judge.learn(name, self.policies, self.schema)
        questions = [one.question(self.place(one)) for one in several]
        told = judge.decide(name, self.engine, questions)
        for asked, found in zip(several, told, strict=True):
            assert found == self.said(asked), (self.number, self.text, asked, found)

    def host(self, asked: Asked) -> str:
        """The authority of a request: of a tenant, where it is one of the tenants' hosts."""
        tenant = asked.request.words.get(Text.HOST_TENANT, "api")
        return f"{tenant}.case{self.number}.test"

    def turns(self, asked: Asked, seconds: int) -> bool:
        """Whether a policy turns within the seconds that a request took."""
        rulings = self.compiler.route(asked.route, asked.host, asked.method)
        later = moved_to(asked, asked.request.now + seconds).request
        later = replace(later, proven=asked.request.proven)
        return any(one.decide(asked.request) != one.decide(later) for one in rulings.all())

    def is_closed(self, asked: Asked) -> bool:
        """Whether nobody permits it anyway, so that Envoy looks for no forbid that says so too."""
        rulings = self.compiler.route(asked.route, asked.host, asked.method)
        asking: list[Ruling | None]
        if asked.delegated:
            asking = [rulings.user, rulings.delegate]
        else:
            kinds = {Kind.USER: rulings.user, Kind.CLIENT: rulings.client}
            asking = [kinds.get(asked.kind, rulings.nobody)]
        return any(one is not None and not one.permits for one in asking)

    def decided(self, asked: Asked) -> Decision:
        """What Cedar says; for an application that acts for a person, of both."""
        said = self.said(asked)
        if not asked.delegated:
            return said
        other = self.said(replace(asked, kind=Kind.USER, delegated=False))
        if said.allowed and other.allowed:
            return Decision(allowed=True, policies=(*other.policies, *said.policies))
        against = [one.policies for one in (other, said) if not one.allowed]
        return Decision(allowed=False, policies=sum(against, ()))


def moved_to(asked: Asked, now: int) -> Asked:
    """The same request now, by somebody who was proven as long ago."""
    request, proven = asked.request, asked.request.proven
    if proven is not None:
        proven += now - request.now
    return replace(asked, request=replace(request, now=now, proven=proven))
