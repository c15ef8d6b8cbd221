"""Cedar's own engine: the judge of what policies mean, asked where a millisecond does not matter.

Console, commands and tests ask it; the edge has compiled rules that must say the same.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import cedarpy

from ringwall.access.compiler.facts import GROUP_MARK, Parameter, Several, Text
from ringwall.access.compiler.partial import ANONYMOUS
from ringwall.access.compiler.places import CATEGORIES, Place
from ringwall.access.compiler.requests import Request, proven_ago
from ringwall.access.compiler.rules import Decision
from ringwall.access.language.syntax import EntityUid, Policy
from ringwall.access.model import Kind, Role, ServiceEntity

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """May this principal do this here: as Cedar is asked.

    ``request`` are the facts that the edge reads too; ``kind`` says whose they are. With
    ``delegated`` the principal is an application that acts for a person. A ``service`` asks for
    itself.
    """

    kind: Kind
    place: Place
    request: Request
    delegated: bool = False
    service: ServiceEntity | None = None

    @property
    def principal(self) -> EntityUid:
        """Who asks."""
        if self.service is not None:
            return EntityUid(Kind.SERVICE, self.service.name)
        match self.kind:
            case Kind.USER:
                return EntityUid(Kind.USER, self.request.words[Text.USER])
            case Kind.CLIENT:
                return EntityUid(Kind.CLIENT, self.request.words[Text.CLIENT])
        return ANONYMOUS


class Engine:
    """One policy set in Cedar's engine, with the entities that no request changes."""

    def __init__(
        self, policies: Sequence[Policy], *, schema: str, roles: Mapping[str, Role]
    ) -> None:
        self._ids = [policy.id for policy in policies]
        self._set = cedarpy.PolicySet.from_str("\n".join(policy.text for policy in policies))
        self._schema = cedarpy.Schema.from_str(schema)
        self._roles = [
            _entity(
                EntityUid("Role", role.name), above=[EntityUid("Role", n) for n in role.includes]
            )
            for role in roles.values()
        ]
        self._known = {role.name for role in roles.values()}

    def decide(self, question: Question) -> Decision:
        """What Cedar says, and by which policies."""
        (found,) = self.decide_all([question])
        return found

    def decide_all(self, questions: Sequence[Question]) -> list[Decision]:
        """The same for several questions."""
        found = []
        for question in questions:
            answer = cedarpy.is_authorized(
                self._request(question),
                self._set,
                json.dumps(self.entities(question)),
                self._schema,
            )
            if answer.diagnostics.errors:
                msg = f"Cedar could not decide: {answer.diagnostics.errors}"
                raise UndecidedError(msg)
            policies = sorted(
                self._ids[int(reason.removeprefix("policy"))]
                for reason in answer.diagnostics.reasons
            )
            found.append(Decision(allowed=answer.allowed, policies=tuple(policies)))
        return found

    def _request(self, question: Question) -> Json:
        return {
            "principal": str(question.principal),
            "action": str(question.place.action),
            "resource": str(question.place.resource),
            "context": context_of(question),
        }

    def entities(self, question: Question) -> list[Json]:
        """All that Cedar is told of for a question, as its JSON."""
        found = [
            *self._roles,
            *_resource(question),
            _principal(question, self._known),
        ]
        return _each_once(found)


class UndecidedError(RuntimeError):
    """Cedar itself failed over a question: nothing follows from that but a denial."""


def context_of(question: Question) -> Json:
    """The context of a request, as Cedar's JSON."""
    request = question.request
    now = datetime.fromtimestamp(request.now, UTC)
    return {
        "address": {"__extn": {"fn": "ip", "arg": str(request.address)}},
        "now": {"__extn": {"fn": "datetime", "arg": now.strftime("%Y-%m-%dT%H:%M:%SZ")}},
        "weekday": now.isoweekday(),
        "path": {name: request.words[Parameter(name)] for name in question.place.parameters},
    }


def _principal(question: Question, roles: Iterable[str]) -> Json:
    request, delegated = question.request, question.delegated
    words = request.words
    if question.kind is Kind.ANONYMOUS:
        return _entity(ANONYMOUS)
    if question.service is not None:
        return _service(question.service)
    attributes: Json = {"id": question.principal.id}
    above: list[EntityUid] = []
    if Text.TENANT in words and not delegated:
        tenant = EntityUid("Tenant", words[Text.TENANT])
        above.append(tenant)
        attributes["tenant"] = _reference(tenant)
    for role in sorted(request.sets.get(Several.ROLES, ())) if not delegated else ():
        if role.startswith(GROUP_MARK):
            if question.kind is Kind.USER:
                above.append(EntityUid("Group", role.removeprefix(GROUP_MARK)))
        elif role in set(roles):
            above.append(EntityUid("Role", role))
    scopes = request.sets.get(Several.SCOPES, frozenset())
    # Through an application there is a set of them, be it empty; no other token says it of none.
    if scopes or Text.CLIENT in words:
        attributes["scopes"] = sorted(scopes)
    if question.kind is Kind.CLIENT:
        attributes["for_person"] = delegated
    if question.kind is Kind.USER:
        attributes["strength"] = request.word(Text.STRENGTH)
        attributes["proven_ago"] = proven_ago(request.now, request.proven)
        if Text.EMAIL in words:
            attributes["email"] = words[Text.EMAIL]
    return _entity(question.principal, attributes, above)


def _service(service: ServiceEntity) -> Json:
    categories = {name: str(getattr(service.component, name)) for name in CATEGORIES}
    calls = [_reference(EntityUid(Kind.SERVICE, name)) for name in service.calls]
    return _entity(EntityUid(Kind.SERVICE, service.name), {**categories, "calls": calls})


def _resource(question: Question) -> Iterable[Json]:
    place = question.place
    attributes: Json = dict(place.categories)
    if place.resource.type == Kind.SERVICE:
        attributes["calls"] = [_reference(one) for one in place.calls]
    if place.tenant is not None:
        tenant = EntityUid("Tenant", question.request.words[place.tenant])
        attributes["tenant"] = _reference(tenant)
    if place.service is not None:
        yield _entity(place.service, {**dict(place.categories), "calls": []})
    yield _entity(place.resource, attributes, [place.service] if place.service else [])


def _entity(
    uid: EntityUid, attributes: Json | None = None, above: Sequence[EntityUid] = ()
) -> Json:
    return {
        "uid": {"type": str(uid.type), "id": uid.id},
        "attrs": attributes or {},
        "parents": [{"type": str(one.type), "id": one.id} for one in above],
    }


def _reference(uid: EntityUid) -> Json:
    return {"__entity": {"type": str(uid.type), "id": uid.id}}


def _each_once(entities: Iterable[Json]) -> list[Json]:
    found = {(one["uid"]["type"], one["uid"]["id"]): one for one in entities}
    return list(found.values())
