"""The policies in force as filters of routes: compiled once for each set and each world."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from threading import Lock
from typing import Final
from weakref import WeakKeyDictionary

from ringwall.access.compiler.facts import Clock
from ringwall.access.compiler.formulas import Asked, Formula, atoms
from ringwall.access.compiler.partial import RefusedError
from ringwall.access.compiler.places import Place
from ringwall.access.compiler.proving import allowed, asked
from ringwall.access.compiler.rules import Compiler, Ruling, Rulings
from ringwall.access.model import METHODS, RouteEntity, World
from ringwall.access.policies import PolicySet
from ringwall.gateway.config import Factor, Route
from ringwall.gateway.envoy.callout import About
from ringwall.gateway.envoy.permissions import (
    Permissions,
    Permitted,
    is_called_out,
    numbers,
    permissions,
)
from ringwall.gateway.paths import parse_template

SHORT: Final = 12
"""Digits of the hash of a policy set, which records tell."""


_FACTORS: Final = {"mfa": Factor.MFA, "phr": Factor.PASSKEY}


@dataclass(frozen=True, slots=True)
class CalledOut:
    """A route with call-outs: by which methods, and why by policy."""

    route: str
    methods: tuple[str, ...]
    reasons: Mapping[str, str]


Way = tuple[str, str, str]
"""A route, a host and a method."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sets: ``unknown`` are the ways where either has call-outs."""

    differing: set[Way] = field(default_factory=set)
    unknown: set[Way] = field(default_factory=set)


def _allowances(rulings: Rulings) -> tuple[Formula | None, ...]:
    """When each kind of principal is allowed, whichever policy says so."""
    several = (rulings.user, rulings.client, rulings.delegate, rulings.nobody)
    return tuple(None if one is None else allowed(one) for one in several)


class Compiled:
    """One set of policies in one world, for the edge."""

    def __init__(self, policies: PolicySet, world: World) -> None:
        self.policies, self.world = policies, world
        self._compiler = Compiler(policies.policies, world)
        self._rulings: dict[tuple[str, str, str], Rulings] = {}
        self._is_whole = False
        self._compared: WeakKeyDictionary[Compiled, Comparison] = WeakKeyDictionary()

    @property
    def hash(self) -> str:
        """The beginning of the hash of the policy set, as records tell it."""
        return self.policies.hash[:SHORT]

    @cached_property
    def compiler(self) -> Compiler:
        """The compiler, once it has seen every place."""
        self.all()
        self._compiler.services()
        return self._compiler

    @property
    def refused(self) -> tuple[RefusedError, ...]:
        """The policies that the edge cannot decide."""
        return tuple(self.compiler.refused.values())

    def all(self) -> dict[tuple[str, str, str], Rulings]:
        """The rulings by route, host and method."""
        if self._is_whole:
            return self._rulings
        for route in self.world.routes.values():
            for host in route.hosts:
                for method in route.actions:
                    self.rulings(route.name, host, method)
        self._is_whole = True
        return self._rulings

    def rulings(self, route: str, host: str, method: str) -> Rulings:
        """The rulings of one method of a route on one host."""
        key = (route, host, method)
        if key not in self._rulings:
            self._rulings[key] = self._compiler.route(self.world.routes[route], host, method)
        return self._rulings[key]

    def place(self, route: RouteEntity, host: str, method: str) -> Place:
        """Where a request goes, as policies see it."""
        return self._compiler.place(route, host, method)

    def called(self, caller: str, service: str, method: str) -> Ruling:
        """The ruling for a service that calls another."""
        self._require_whole()
        services = self.world.services
        return self._compiler.service(services[caller], services[service], method)

    def permitted(
        self,
        route: Route,
        host: str,
        method: str,
        *,
        version: str = "",
        shadow: "Compiled | None" = None,
    ) -> Permitted:
        """The same as the edge is told; ``version`` is the configuration's, for call-outs.

        Where it differs ``shadow`` is told too, to be counted.
        """
        self._require_whole()
        rulings = self.rulings(route.name, host, method)
        level, within = (None, None) if rulings.user is None else asked(rulings.user.hopeful)
        beside = None
        if shadow is not None:
            way = (route.name, host, method)
            if way in self.comparison(shadow).differing:
                beside = shadow.rulings(*way)
        about = None
        if is_called_out(rulings):
            is_tenants = host == self.world.tenant_hosts
            about = About(version=version, route=route.name, host=host, is_tenants=is_tenants)
        action = self.world.routes[route.name].actions[method]
        return Permitted(
            action=None if action in METHODS else action,
            hash=self.hash,
            permissions=_said(rulings, route.path, about, beside),
            factor=None if level is None else _FACTORS.get(level),
            within=within,
            shadow=None if shadow is None or beside is None else shadow.hash,
        )

    def comparison(self, other: "Compiled") -> Comparison:
        """Where another set for the same world decides otherwise, and where that is not known."""
        if other not in self._compared:
            self._compared[other] = self._comparison(other)
        return self._compared[other]

    def _comparison(self, other: "Compiled") -> Comparison:
        found = Comparison()
        theirs = other.all()
        for way, rulings in self.all().items():
            if is_called_out(rulings) or is_called_out(theirs[way]):
                found.unknown.add(way)
            elif _allowances(rulings) != _allowances(theirs[way]):
                found.differing.add(way)
        return found

    def _require_whole(self) -> None:
        """Judgments refuse such policies first; nothing is told to the edge without them."""
        if self.refused:
            msg = f"the edge cannot decide by these policies: {self.refused[0]}"
            raise ValueError(msg)

    def dated_hosts(self) -> frozenset[str]:
        """Hosts on which any policy asks how long ago somebody was proven."""
        return frozenset(
            host
            for (_, host, _), rulings in self.all().items()
            if is_called_out(rulings)
            or any(number.clock is Clock.PROVEN_AGO for number in numbers(rulings))
        )

    @cached_property
    def called_out(self) -> tuple[CalledOut, ...]:
        """The routes that have call-outs, in the order of the configuration, and for what."""
        found: dict[str, CalledOut] = {}
        for (route, _, method), rulings in self.all().items():
            if not is_called_out(rulings):
                continue
            reasons = {
                rule.policy: atom.reason
                for ruling in rulings.all()
                for rule in (*ruling.forbids, *ruling.permits)
                for atom in sorted(atoms(rule.formula), key=repr)
                if isinstance(atom, Asked)
            }
            if reasons:
                one = found.setdefault(route, CalledOut(route, (), {}))
                methods = tuple(dict.fromkeys((*one.methods, method)))
                found[route] = CalledOut(route, methods, {**one.reasons, **reasons})
        return tuple(found.values())


@lru_cache(maxsize=20_000)
def _said(rulings: Rulings, path: str, about: About | None, beside: Rulings | None) -> Permissions:
    return permissions(rulings, parse_template(path), about, beside=beside)


_MOST_KEPT: Final = 6
_kept: "OrderedDict[tuple[str, str], Compiled]" = OrderedDict()
"""The last few that were compiled: a change is judged, begun and compared in one go."""
_keeping: Final = Lock()


def compiled(policies: PolicySet, world: World) -> Compiled:
    """The policies compiled for a world, or what was compiled of the same before."""
    key = (policies.hash, repr(world))
    with _keeping:
        found = _kept.get(key) or Compiled(policies, world)
        _kept[key] = found
        _kept.move_to_end(key)
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return found
