"""Policies that permit no more than was really used, written from those that there are.

Each permit that was used becomes one for each route, and role, that it was used for, with the
actions that it was used for; its conditions stay word for word, and so does every forbid. So
nothing is permitted that was not before, and nothing denied that was used. Whoever read something
may read the head of it, if they might before.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from ringwall.access.compiler.facts import Several
from ringwall.access.compiler.rules import holders
from ringwall.access.language.syntax import Effect, EntityUid, Policy, Scope, ScopeOp, Span
from ringwall.access.model import Kind
from ringwall.access.policies import LONGEST_ID
from ringwall.access.schema import READ
from ringwall.gateway.allowances import Allowances
from ringwall.gateway.destinations import Destination
from ringwall.gateway.recorded import Asked
from ringwall.gateway.rejudging import Verdict
from ringwall.gateway.wanted import Wanted

_TEXTS: Final = ("description", "callout", "advice")


@dataclass(frozen=True, slots=True, order=True)
class _Part:
    """What a permit was used for: by a kind of principal, through a role if it needs one, where."""

    policy: str
    kind: Kind
    role: str
    route: str


class LeastPrivilege:
    """Collects what was used, and writes it down."""

    def __init__(self, wanted: Wanted) -> None:
        if wanted.policies is None:
            msg = "the configuration has no policies"
            raise LookupError(msg)
        self._policies = wanted.policies.policies
        self._by_id = wanted.policies.by_id
        self._world = wanted.world
        self._holders = holders(wanted.world)
        self._allowances = Allowances(wanted)
        self._used: dict[_Part, set[str]] = defaultdict(set)

    def see(self, to: Destination, asked: Asked, verdict: Verdict) -> None:
        """Note one request that was let in."""
        if verdict.each:
            kinds = (asked.kind, Kind.CLIENT)
            for kind, by in zip(kinds, verdict.each, strict=False):
                self._note(to, asked, kind, self._chosen(by, to, asked, kind))
            return
        for name in verdict.by:  # by what is recorded alone: whoever it was, and whatever they had
            for kind in dict.fromkeys((asked.kind, Kind.CLIENT if asked.delegated else asked.kind)):
                if self._can_fit(name, kind):
                    self._used[_Part(name, kind, "", to.route.name)].add(to.action)

    def _chosen(self, by: tuple[str, ...], to: Destination, asked: Asked, kind: Kind) -> str | None:
        """Of several permits the one that was used there before, or else the first."""
        for name in by:
            if self._part(name, to, asked, kind) in self._used:
                return name
        return by[0] if by else None

    def _note(self, to: Destination, asked: Asked, kind: Kind, name: str | None) -> None:
        if name is not None and name in self._by_id:
            self._used[self._part(name, to, asked, kind)].add(to.action)

    def _part(self, name: str, to: Destination, asked: Asked, kind: Kind) -> _Part:
        return _Part(name, kind, self._role(name, asked), to.route.name)

    def _role(self, name: str, asked: Asked) -> str:
        """The role through which somebody was in the one that a policy's head names.

        Of several the one that fewest others include: it says the least.
        """
        policy = self._by_id.get(name)
        scope = None if policy is None else policy.principal
        if scope is None or scope.uid is None or scope.uid.type != "Role":
            return ""
        if scope.op is ScopeOp.EQUAL:
            return ""
        held = asked.request.sets.get(Several.ROLES, frozenset())
        found = [one for one in held if one in self._holders.get(scope.uid.id, frozenset())]
        return min(found, key=lambda one: (len(self._holders[one]), one), default="")

    def _can_fit(self, name: str, kind: Kind) -> bool:
        policy = self._by_id.get(name)
        return policy is not None and policy.principal.type in {None, kind}

    def text(self, *, span: str, since: str, until: str) -> str:
        """The whole set as one file."""
        lines = [
            f"// What was really used in {span} of the access record, {since} to {until} UTC.",
            "// Nothing else is permitted. Whatever happens more seldom than that is missing here:",
            "// read it before you use it, and judge it by `ringwall access replay --policies`.",
        ]
        forbids = [one for one in self._policies if one.effect is Effect.FORBID]
        between = list(self._between_services())
        for heading, texts in (
            ("What holds whatever else is permitted, as it was.", [one.text for one in forbids]),
            ("What was used.", list(self._permits())),
            ("Between services, of which nothing is recorded, as it was.", between),
        ):
            if texts:
                lines += ["", f"// {heading}"]
                for text in texts:
                    lines += ["", text.strip()]
        return "\n".join(lines) + "\n"

    def _permits(self) -> Iterator[str]:
        taken = {one.id for one in self._policies}
        for part in sorted(self._used):
            actions = self._used[part]
            if not any(actions <= self._used[one] for one in self._wider(part)):
                yield self._permit(part, sorted({*actions, *self._heads(part)}), taken)

    def _wider(self, part: _Part) -> Iterator[_Part]:
        """What else was used of the same policy at the same place, by all who are meant by this."""
        for role in ("", *self._world.roles):
            one = replace(part, role=role)
            is_wider = not role or part.role in self._holders[role]
            if part.role and role != part.role and is_wider and one in self._used:
                yield one

    def _heads(self, part: _Part) -> Iterator[str]:
        route, scope = self._world.routes[part.route], self._by_id[part.policy].action
        names = {uid.id for uid in scope.uids}
        may = scope.op is ScopeOp.ALL or not names.isdisjoint({READ, "HEAD"})
        if may and "GET" in self._used[part] and route.actions.get("HEAD") == "HEAD":
            yield "HEAD"

    def _permit(self, part: _Part, actions: list[str], taken: set[str]) -> str:
        policy = self._by_id[part.policy]
        principal = _principal(policy, part)
        named = ", ".join(str(EntityUid("Action", one)) for one in actions)
        action = f"action == {named}" if len(actions) == 1 else f"action in [{named}]"
        resource = f"resource == {EntityUid('Route', part.route)}"
        head = f"permit ({principal}, {action}, {resource})"
        if len(head) > 100:
            head = f"permit (\n  {principal},\n  {action},\n  {resource}\n)"
        return _written(policy, _named(part, taken), head)

    def _between_services(self) -> Iterator[str]:
        """What of permits holds between services, where nothing is recorded."""
        rulings = self._allowances.compiler.services().values()
        needed = {rule.policy for one in rulings for rule in one.permits}
        taken = {one.id for one in self._policies}
        for policy in self._policies:
            if policy.effect is not Effect.PERMIT or policy.id not in needed:
                continue
            if policy.principal.type == Kind.SERVICE or policy.principal.uid is not None:
                yield policy.text
                continue
            action = _cut(policy, policy.action.at)
            scope = policy.resource
            resource = "resource is Service" if scope.op is ScopeOp.ALL else _cut(policy, scope.at)
            part = _Part(policy.id, Kind.SERVICE, "", "services")
            head = f"permit (principal is Service, {action}, {resource})"
            yield _written(policy, _named(part, taken), head)


def _principal(policy: Policy, part: _Part) -> str:
    scope: Scope = policy.principal
    if scope.op is ScopeOp.EQUAL:
        return _cut(policy, scope.at)
    if scope.uid is None:
        return f"principal is {part.kind}"
    uid = EntityUid("Role", part.role) if part.role else scope.uid
    return f"principal is {part.kind} in {uid}"


def _written(policy: Policy, id_: str, head: str) -> str:
    annotations = [f'@id("{id_}")']
    for name in _TEXTS:
        if name in policy.annotations:
            value = str(EntityUid("x", policy.annotations[name])).removeprefix("x::")
            annotations.append(f"@{name}({value})")
    conditions = [_cut(policy, one.at) for one in policy.conditions]
    return "\n".join([*annotations, head, *conditions]) + ";"


def _cut(policy: Policy, at: Span) -> str:
    begin = policy.at.start
    return policy.text[at.start - begin : at.end - begin]


def _named(part: _Part, taken: set[str]) -> str:
    """A name that says where it comes from, unlike all others."""
    words = [part.policy, "on", part.route]
    if part.kind is not Kind.USER:
        words += ["by", _KINDS[part.kind]]
    if part.role:
        words += ["as", part.role]
    whole = re.sub(r"[^a-z0-9]+", "-", "-".join(words)).strip("-")
    name, number = whole[:LONGEST_ID].strip("-"), 1
    while name in taken:
        number += 1
        tail = f"-{number}"
        name = whole[: LONGEST_ID - len(tail)].strip("-") + tail
    taken.add(name)
    return name


_KINDS: Final = {
    Kind.CLIENT: "programs",
    Kind.ANONYMOUS: "anybody",
    Kind.SERVICE: "services",
}


class Kept:
    """One request of each kind that was let in, to be judged again by what is proposed."""

    def __init__(self, most: int = 200_000) -> None:
        self._most = most
        self._found: dict[object, tuple[Destination, Asked]] = {}
        self.is_cut = False

    def see(self, question: object | None, to: Destination, asked: Asked) -> None:
        """Keep one of each; without a ``question`` each is one of a kind."""
        key = len(self._found) if question is None else (question, to.route.name, to.method)
        if key in self._found:
            return
        if len(self._found) >= self._most:
            self.is_cut = True
        else:
            self._found[key] = to, asked

    def all(self) -> Iterable[tuple[Destination, Asked]]:
        """Those that were kept."""
        return self._found.values()
