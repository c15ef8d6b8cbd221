"""Compiled policies as one RBAC filter of a route: who may, decided without asking anybody.

The filter is a matcher: for each kind of principal first what is forbidden, then what is permitted,
then the default, which denies. Each action bears the name of the policy that it comes from; Envoy
tells it in its dynamic metadata, and for a refusal in the response's details.

Of many rules a request looks at few (:mod:`~ringwall.gateway.envoy.many_rules`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ringwall.access.compiler import formulas
from ringwall.access.compiler.facts import PLAIN, Number, Parameter, Several, Text, Word
from ringwall.access.compiler.formulas import FALSE, TRUE, Formula, Network
from ringwall.access.compiler.proving import allowed, could_be_proven, reads_proof
from ringwall.access.compiler.rules import DEFAULT, Decision, Rule, Ruling, Rulings
from ringwall.gateway.config import Factor
from ringwall.gateway.envoy import callout
from ringwall.gateway.envoy.conditions import rbac_action
from ringwall.gateway.envoy.many_rules import Entries, when
from ringwall.gateway.envoy.predicates import (
    ALWAYS,
    HEADERS,
    NETWORKS_HEADER,
    WORDS,
    Wording,
    header,
    present,
)
from ringwall.gateway.envoy.resources import Json, extension
from ringwall.gateway.envoy.shadow import shadow_rules
from ringwall.gateway.paths import PathTemplate, parse_template

PREFIX: Final = "access:"
"""Begins the names of all decisions that policies make."""
ODD: Final = PREFIX + "unreadable"
"""The name of a refusal: the path, or the host, could be read in two ways."""
UNKNOWN: Final = "unknown"
PROOF: Final = "proof"
"""Names of refusals that a person can mend: by signing in, by a stronger or more recent proof."""

_MANY: Final = 64
"""Pairs of a person's and an application's permits that are written out, to name both."""
_USER, _CLIENT = HEADERS[Text.USER], HEADERS[Text.CLIENT]
_STRENGTH = HEADERS[Text.STRENGTH]


@dataclass(frozen=True, slots=True)
class Permissions:
    """The filters of a route's own slot that its policies become, in order."""

    filters: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Permitted:
    """What policies make of one method of a route on one host.

    ``action`` is the method's name in policies, if it has one of its own. ``hash`` is that of the
    policy set. ``factor`` and ``within`` (seconds) are how surely, and how long ago at most, people
    can be asked to be proven to be allowed more. ``shadow`` is the hash of the set beside it.
    """

    action: str | None
    hash: str
    permissions: Permissions
    factor: Factor | None = None
    within: float | None = None
    shadow: str | None = None


def permissions(
    rulings: Rulings,
    template: PathTemplate,
    about: callout.About | None = None,
    *,
    beside: Rulings | None = None,
) -> Permissions:
    """Say the rulings of one action in Envoy's words.

    ``about`` is what a call-out would tell; the rulings ``beside`` only count.
    """
    wording = Wording(template)
    matcher = _Writer(wording, about).matcher(rulings)
    asking: list[Json] = []
    if is_called_out(rulings):
        if about is None:
            msg = "rules that have to be asked about, but it is not said of what"
            raise ValueError(msg)
        asking = callout.filters(about, _Writer(wording, about, asks=True).matcher(rulings))
    found = [
        *asking,
        extension(
            "ringwall.access",
            "envoy.extensions.filters.http.rbac.v3.RBAC",
            rules_stat_prefix="access_",
            matcher=matcher,
            # Said last, so that nothing that decides is said otherwise for it.
            **({} if beside is None else shadow_rules(_Writer(wording).matcher(beside))),
        ),
    ]
    if wording.networks:
        found.insert(0, _tagging(wording.networks))
    if wording.extracted:
        found.insert(0, _extracting(wording.extracted))
    return Permissions(tuple(found))


def is_called_out(rulings: Rulings) -> bool:
    """Whether Cedar's engine may have to be asked."""
    return any(ruling.is_asked for ruling in rulings.all())


def decision_of(ruling: Ruling, decision: Decision) -> str | None:
    """The name of a decision of Cedar's engine; ``None`` for one that rules know nothing of."""
    rules = ruling.permits if decision.allowed else ruling.forbids
    named = next((rule.policy for rule in rules if rule.policy in decision.policies), None)
    if named is None:
        return None if decision.allowed or decision.policies else PREFIX + DEFAULT
    return PREFIX + named


def decision_of_both(user: Ruling, delegate: Ruling, person: str, application: str) -> str:
    """The name where a person and the application that acts for them are both allowed."""
    if _are_many(user, delegate):
        return application
    return f"{person} {application.removeprefix(PREFIX)}"


def _are_many(user: Ruling, delegate: Ruling) -> bool:
    return len(user.permits) * len(delegate.permits) > _MANY


def by_method(rulings: Mapping[str, Ruling]) -> Json:
    """What a caller may by which method, as an ``OnMatch``: for services, which have no routes."""
    writer = _Writer(Wording(parse_template("/**")))
    groups: dict[Ruling, list[str]] = {}
    for method, ruling in sorted(rulings.items()):
        groups.setdefault(ruling, []).append(method)
    entries = [
        when(header(":method", regex="|".join(methods)), writer.one(ruling))
        for ruling, methods in groups.items()
        if ruling.permits
    ]
    return _nested(entries, DENIED)


def _tagging(networks: Mapping[frozenset[Network], str]) -> Json:
    """A filter that tells which networks the client is in, by a header of the edge's own."""
    return extension(
        "ringwall.networks",
        "envoy.extensions.filters.http.ip_tagging.v3.IPTagging",
        request_type="BOTH",
        ip_tag_header={"header": NETWORKS_HEADER, "action": "SANITIZE"},
        ip_tags=[
            {
                "ip_tag_name": tag,
                "ip_list": [
                    {"address_prefix": str(n.network_address), "prefix_len": n.prefixlen}
                    for n in sorted(some, key=lambda n: (n.version, n))
                ],
            }
            for some, tag in networks.items()
        ],
    )


def _extracting(extracted: Mapping[tuple[str, str], str]) -> Json:
    """A filter that takes parts out of headers, for comparisons; the headers stay as they are."""
    return extension(
        "ringwall.words",
        "envoy.extensions.filters.http.header_to_metadata.v3.Config",
        request_rules=[
            {
                "header": name,
                "on_header_present": {
                    "metadata_namespace": WORDS,
                    "key": key,
                    "regex_value_rewrite": {
                        "pattern": {"regex": f"^{pattern}$"},
                        "substitution": r"\1",
                    },
                },
                "remove": False,
            }
            for (name, pattern), key in extracted.items()
        ],
    )


class _Writer:
    """Says rulings. With ``asks`` it says when to ask; else what an answer means there."""

    def __init__(
        self, wording: Wording, about: callout.About | None = None, *, asks: bool = False
    ) -> None:
        self._wording, self._rules = wording, Entries(wording)
        self._about, self._asks = about, asks

    def matcher(self, rulings: Rulings) -> Json:
        """The matcher over all kinds of principals."""
        kinds: list[Json] = [*self._guards(rulings)]
        if rulings.client is not None and rulings.delegate is not None and rulings.user is not None:
            by_person = self._both(rulings.user, rulings.delegate)
            alone = self.one(rulings.client)
            kinds.append(
                when(
                    present(_CLIENT),
                    {"matcher": first_of([when(present(_STRENGTH), by_person)], alone)},
                )
            )
        if rulings.user is not None:
            kinds.append(when(present(_USER), self._person(rulings.user)))
        return first_of(kinds, self._nobody(rulings))

    def _guards(self, rulings: Rulings) -> list[Json]:
        """Refuse what a policy would read in one way and the service, perhaps, in another."""
        words = _words(rulings)
        if self._about is not None and is_called_out(rulings):
            # Whatever else is asked about is read by somebody else.
            words |= {Parameter(name) for name in self._wording.template.variables}
            if self._about.is_tenants:
                words |= {Text.HOST_TENANT}
        names = sorted(word.name for word in words if isinstance(word, Parameter))
        found: list[Json] = []
        if names:
            plain = self._wording.path(dict.fromkeys(names, f"{PLAIN}+"))
            found.append({"not_matcher": header(":path", regex=plain)})
        if Text.HOST_TENANT in words:
            found.append({"not_matcher": header(":authority", regex=r"[a-z0-9-]+\..*")})
        return [when(one, rbac_action("DENY", ODD)) for one in found]

    def _nobody(self, rulings: Rulings) -> Json:
        if rulings.nobody is None:
            return _deny(DEFAULT)
        known = (rulings.user, rulings.client)
        if any(one is not None and not one.is_closed for one in known):
            # Whatever keeps out who is not known, signing in may help.
            return self.one(rulings.nobody, denied=rbac_action("DENY", UNKNOWN))
        return self.one(rulings.nobody)

    def _person(self, ruling: Ruling) -> Json:
        """People who are not proven well enough are asked to be; all else is as for others."""
        return self.one(ruling, proven=could_be_proven(ruling.hopeful))

    def one(self, ruling: Ruling, *, proven: Formula = FALSE, denied: Json | None = None) -> Json:
        """Forbids, permits, and else the default, as an ``OnMatch``.

        ``denied`` is for every denial, in place of its own name.
        """
        if not ruling.permits:
            return denied or _deny(DEFAULT)  # whatever else forbids it
        asked = [] if proven == FALSE else [self._ask(proven)]
        sure = ruling.sure
        found = [
            *self._forbids(sure.forbids, asked, denied),
            *self._called_out(
                self._rules.entries(sure.permits, _allow),
                (ruling,),
                lambda: self._answered(ruling, denied, proves=bool(asked)),
            ),
            *asked,
        ]
        return _nested(found, denied or _deny(DEFAULT))

    def _called_out(
        self, permits: list[Json], rulings: Sequence[Ruling], answer: Callable[[], Json]
    ) -> list[Json]:
        """Permits, and around them what has to be asked about; of several rulings, all permit.

        Where nothing can permit nothing is asked, nor where a permit is sure and no forbid open.
        """
        if not any(one.is_asked for one in rulings):
            return permits
        possible = formulas.all_of(one.possible for one in rulings)
        contested = formulas.any_of(one.contested for one in rulings)
        first = formulas.all_of([possible, contested])
        return [
            *self._when(first, answer),
            *permits,
            *self._when(possible, answer),
        ]

    def _when(self, formula: Formula, answer: Callable[[], Json]) -> list[Json]:
        if formula == FALSE:
            return []
        return [self._rules.entry(Rule("", formula), lambda _: answer())]

    def _answered(self, ruling: Ruling, denied: Json | None, *, proves: bool) -> Json:
        if self._asks:
            return callout.ask()
        denying = [] if denied else [PREFIX + rule.policy for rule in ruling.forbids]
        return callout.answered(
            [PREFIX + rule.policy for rule in ruling.permits],
            [*denying, *([PROOF] if proves else [])],
            denied or _deny(DEFAULT),
        )

    def _both_answered(self, user: Ruling, delegate: Ruling, *, proves: bool) -> Json:
        if self._asks:
            return callout.ask()
        return callout.answered(
            [
                decision_of_both(user, delegate, PREFIX + one.policy, PREFIX + other.policy)
                for other in delegate.permits
                for one in (user.permits[:1] if _are_many(user, delegate) else user.permits)
            ],
            [
                *(PREFIX + rule.policy for rule in (*user.forbids, *delegate.forbids)),
                *([PROOF] if proves else []),
            ],
            _deny(DEFAULT),
        )

    def _forbids(
        self, rules: Sequence[Rule], asked: Sequence[Json], denied: Json | None = None
    ) -> list[Json]:
        """Forbids; where some of them would not apply after a proof, that is asked for first."""

        def deny(policy: str) -> Json:
            return denied or _deny(policy)

        mendable = [rule for rule in rules if asked and reads_proof(rule.formula)]
        lasting = [rule for rule in rules if not (asked and reads_proof(rule.formula))]
        found = self._rules.entries(lasting, deny)
        if mendable:
            entries = [*asked, *self._rules.entries(mendable, deny)]
            any_of_them = Rule("", formulas.any_of(rule.formula for rule in mendable))
            nested: Json = {"matcher": {"matcher_list": {"matchers": entries}}}
            found.append(self._rules.entry(any_of_them, lambda _: nested))
        return found

    def _ask(self, proven: Formula) -> Json:
        refusal = rbac_action("DENY", PROOF)
        return when(ALWAYS if proven == TRUE else self._wording.predicate(proven), refusal)

    def _both(self, user: Ruling, delegate: Ruling) -> Json:
        """An application that acts for a person: whatever either of them may not do is denied."""

        def and_the_application(policy: str) -> Json:
            def both(other: str) -> Json:
                return rbac_action("ALLOW", f"{PREFIX}{policy} {other}")

            inner = self._rules.entries(sure_delegate.permits, both)
            if delegate.is_asked:  # what is not sure is asked about below
                return {"matcher": {"matcher_list": {"matchers": inner}}}
            return _nested(inner, _deny(DEFAULT))

        if not user.permits or not delegate.permits:
            return _deny(DEFAULT)
        sure_user, sure_delegate = user.sure, delegate.sure
        if not sure_user.permits or not sure_delegate.permits:
            permits = []
        elif _are_many(user, delegate):
            permits = self._one_after_the_other(sure_user.permits, sure_delegate.permits)
        else:
            permits = self._rules.entries(sure_user.permits, and_the_application)
        proven = formulas.all_of([could_be_proven(user.hopeful), allowed(delegate.hopeful)])
        asked = [] if proven == FALSE else [self._ask(proven)]
        found = [
            *self._forbids(sure_user.forbids, asked),
            *self._rules.entries(sure_delegate.forbids, _deny),
            *self._called_out(
                permits,
                (user, delegate),
                lambda: self._both_answered(user, delegate, proves=bool(asked)),
            ),
            *asked,
        ]
        return _nested(found, _deny(DEFAULT))

    def _one_after_the_other(self, user: Sequence[Rule], delegate: Sequence[Rule]) -> list[Json]:
        """The permits of both where all pairs would be too many: only the second is named."""

        def then_the_application(_: str) -> Json:
            return {
                "matcher": {"matcher_list": {"matchers": [*self._rules.entries(delegate, _allow)]}}
            }

        anything = formulas.any_of(rule.formula for rule in user)
        return [self._rules.entry(Rule("", anything), then_the_application)] if delegate else []


def _words(rulings: Rulings) -> frozenset[Word]:
    """The words that any of the rulings reads."""
    found: set[Word] = set()
    for ruling in rulings.all():
        for rule in (*ruling.forbids, *ruling.permits):
            for atom in formulas.atoms(rule.formula):
                match atom:
                    case formulas.Among(word, _) | formulas.Matches(word, _):
                        found.add(word)
                    case formulas.Same(one, other):
                        found |= {one, other}
                    case formulas.Known(fact) if not isinstance(fact, Several):
                        found.add(fact)
    return frozenset(found)


def numbers(rulings: Rulings) -> frozenset[Number]:
    """The numbers that any of the rulings reads."""
    return frozenset(
        atom.number
        for ruling in rulings.all()
        for rule in (*ruling.forbids, *ruling.permits)
        for atom in formulas.atoms(rule.formula)
        if isinstance(atom, formulas.AtMost)
    )


def _allow(policy: str) -> Json:
    return rbac_action("ALLOW", PREFIX + policy)


def _deny(policy: str) -> Json:
    return rbac_action("DENY", PREFIX + policy)


DENIED: Final = _deny(DEFAULT)
"""The end of every list: what no policy permits."""


def first_of(entries: Sequence[Json], otherwise: Json) -> Json:
    """A matcher that tries entries in turn; without any it is what else would follow."""
    if not entries:
        inner: Json = otherwise.get("matcher", {"on_no_match": otherwise})
        return inner
    return {"matcher_list": {"matchers": list(entries)}, "on_no_match": otherwise}


def _nested(entries: Sequence[Json], otherwise: Json) -> Json:
    """An ``OnMatch`` of a list; of an empty one just what else would follow."""
    return {"matcher": first_of(entries, otherwise)} if entries else otherwise
