"""What Cedar's engine says to a call-out: the facts are those that the edge has verified."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Final

from ringwall.access.compiler.facts import Parameter, Several, Text, Word
from ringwall.access.compiler.proving import asked
from ringwall.access.compiler.requests import Request
from ringwall.access.compiler.rules import Decision, Ruling, Rulings
from ringwall.access.engine import Engine, Question
from ringwall.access.model import Asks, Kind
from ringwall.access.schema import schema
from ringwall.gateway.compiled import Compiled
from ringwall.gateway.envoy.callout import ABOUT_HEADER, ADDRESS_HEADER, NOW_HEADER
from ringwall.gateway.envoy.permissions import PROOF, decision_of, decision_of_both
from ringwall.gateway.envoy.predicates import HEADERS
from ringwall.gateway.envoy.signed_in import PROVEN_HEADER
from ringwall.gateway.paths import Segment, parse_template


class UnreadableError(ValueError):
    """A call-out that does not say what is asked: nothing follows from it but a denial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A call-out as it arrives: the request's own method and path, and what the edge has added."""

    method: str
    path: str
    headers: Mapping[str, str]

    @classmethod
    def read(cls, method: str, path: str, headers: Sequence[tuple[bytes, bytes]]) -> "Asking":
        """Read one. Headers that are there twice could be read in two ways: ``UnreadableError``."""
        found: dict[str, str] = {}
        for raw, value in headers:
            name = raw.decode("latin-1").lower()
            if name in found:
                msg = f"{name} is there twice"
                raise UnreadableError(msg)
            try:
                found[name] = value.decode()
            except UnicodeDecodeError as error:
                msg = f"{name} is no UTF-8"
                raise UnreadableError(msg) from error
        return cls(method=method, path=path, headers=found)

    @property
    def about(self) -> tuple[str, str, str]:
        """The version, the route and the host."""
        parts = self.headers.get(ABOUT_HEADER, "").split(" ")
        if len(parts) != 3:
            msg = f"{ABOUT_HEADER} does not say version, route and host"
            raise UnreadableError(msg)
        return parts[0], parts[1], parts[2]


class Deciding:
    """One version of the configuration, ready to be asked."""

    def __init__(self, compiled: Compiled) -> None:
        self._world, self._compiled = compiled.world, compiled
        self._engine = Engine(
            compiled.policies.policies, schema=schema(self._world), roles=self._world.roles
        )
        compiled.all()  # before anybody asks

    def decide(self, asking: Asking) -> str:
        """The name of the decision, as the edge's rules know it.

        ``UnreadableError`` or ``UndecidedError`` where there is none.
        """
        _, name, host = asking.about
        route = self._world.routes.get(name)
        if route is None or host not in route.hosts or asking.method not in route.actions:
            msg = f"there is no {asking.method} of {name} on {host}"
            raise UnreadableError(msg)
        rulings = self._compiled.rulings(name, host, asking.method)
        words = {
            **_parameters(route.path, asking.path),
            **self._host_tenant(host, asking),
        }
        request = _request(asking.headers, words)
        place = self._compiled.place(route, host, asking.method)
        kind = _kind(request, is_asked=route.asks is not Asks.ANYBODY)
        question = Question(kind=kind, place=place, request=request)
        if kind is Kind.CLIENT and Text.STRENGTH in request.words:
            return self._both(question, rulings)
        ruling = {Kind.USER: rulings.user, Kind.CLIENT: rulings.client}.get(kind, rulings.nobody)
        if ruling is None:
            msg = f"no {kind} comes there"
            raise UnreadableError(msg)
        decision = self._engine.decide(question)
        if not decision.allowed and kind is Kind.USER and self._is_provable(question, ruling):
            return PROOF
        return _named(ruling, decision)

    def _both(self, question: Question, rulings: Rulings) -> str:
        """An application that acts for a person: both must be allowed."""
        user, delegate = rulings.user, rulings.delegate
        if user is None or delegate is None:
            msg = "nobody comes there for somebody else"
            raise UnreadableError(msg)
        person = replace(question, kind=Kind.USER)
        first = self._engine.decide(person)
        second = self._engine.decide(replace(question, delegated=True))
        if not first.allowed:
            if second.allowed and self._is_provable(person, user):
                return PROOF
            return _named(user, first)
        if not second.allowed:
            return _named(delegate, second)
        return decision_of_both(user, delegate, _named(user, first), _named(delegate, second))

    def _is_provable(self, question: Question, ruling: Ruling) -> bool:
        """Whether a better or more recent proof, such as the edge asks for, would change it."""
        level, _ = asked(ruling.hopeful)
        request = question.request
        if level is None or Text.STRENGTH not in request.words:
            return False
        for shown in (level, "phr"):
            words = {**request.words, Text.STRENGTH: shown}
            better = replace(request, words=words, proven=request.now)
            if not self._engine.decide(replace(question, request=better)).allowed:
                return False
        return True

    def _host_tenant(self, host: str, asking: Asking) -> dict[Word, str]:
        if host != self._world.tenant_hosts:
            return {}
        return {Text.HOST_TENANT: asking.headers.get("host", "").partition(".")[0]}


def _named(ruling: Ruling, decision: Decision) -> str:
    found = decision_of(ruling, decision)
    if found is None:
        msg = f"Cedar names policies that no rule is made of: {', '.join(decision.policies)}"
        raise UnreadableError(msg)
    return found


def _kind(request: Request, *, is_asked: bool) -> Kind:
    if is_asked and Text.CLIENT in request.words:
        return Kind.CLIENT
    return Kind.USER if is_asked and Text.USER in request.words else Kind.ANONYMOUS


def _parameters(template: str, path: str) -> dict[Word, str]:
    read = parse_template(template)
    bare = path.partition("?")[0]
    if not read.matches(bare):
        msg = "the path is not one of the route's"
        raise UnreadableError(msg)
    parts = bare.split("/")[1:]
    return {
        Parameter(text): parts[at]
        for at, (kind, text) in enumerate(read.segments)
        if kind is Segment.VARIABLE
    }


_WORDS: Final = tuple((one, HEADERS[one]) for one in Text if one in HEADERS)


def _request(headers: Mapping[str, str], placed: Mapping[Word, str]) -> Request:
    words = dict(placed) | {word: headers[name] for word, name in _WORDS if name in headers}
    sets = {
        several: frozenset(filter(None, headers[HEADERS[several]].split(several.separator)))
        for several in Several
        if HEADERS[several] in headers
    }
    try:
        proven = headers.get(PROVEN_HEADER)
        return Request(
            words=words,
            sets=sets,
            now=int(headers[NOW_HEADER]),
            proven=None if proven is None else int(proven),
            address=ip_address(headers[ADDRESS_HEADER]),
        )
    except (KeyError, ValueError) as error:
        msg = f"it does not say when it was sent, or from where: {error}"
        raise UnreadableError(msg) from error
