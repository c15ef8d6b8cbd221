"""Whom and what the internet comes to in an account, and through what, for the inventory.

It is the graph that `posture paths` goes through. Of what it comes to for certain, one shortest way
is told, hop by hop, so that there are no more relations than there are components. What it may come
to, for something is not known or hangs on conditions, is told to be unsure.

That there is no way is told of few kinds, and more has to hold for it than for a path that is not
found: what runs for other services, in other accounts and by other providers is not read, so
whoever trusts these may be come to, and so may what they read. What in a network may connect to
what else in it is asked for databases alone.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ringwall.core.components import Found, Relation, RelationKind
from ringwall.core.observations import UnknownError
from ringwall.inventory.listing import INTERNET as EVERYBODY
from ringwall.posture.across import Land, land_of
from ringwall.posture.attacks import DATA, Asset, hops_to
from ringwall.posture.beside import HOSTED, Networks
from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.checks.aws.lambda_.aliases import ALIAS
from ringwall.posture.checks.aws.s3.blocks import account_block, is_off
from ringwall.posture.checks.aws.ways.looking import FUNCTION
from ringwall.posture.databases import Databases
from ringwall.posture.permissions.accounts import Account
from ringwall.posture.permissions.asking import speaks
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.paths import INTERNET, Hop, reached
from ringwall.posture.permissions.statements import Document, Effect, Kind, Statement
from ringwall.posture.permissions.terrain import Terrain, everything
from ringwall.posture.permissions.trust import trusted
from ringwall.posture.snapshot.snapshot import Snapshot
from ringwall.posture.steering import steering

BUCKET: Final = "aws-s3-bucket"
ROLE: Final = "aws-iam-role"
DATABASE: Final = "aws-rds-instance"
CLUSTER: Final = "aws-rds-cluster"
_DATABASES: Final = frozenset({DATABASE, CLUSTER})
NONE_TOLD: Final = frozenset({BUCKET, ROLE, *_DATABASES})
"""Kinds of which it is told that there is no way, where that is so."""
READ: Final = (*DATA, "aws-kms-key")
"""Kinds of which it is asked who reads them."""
MOST: Final = 40_000
"""How often it is asked whether somebody reads something, which takes a second or two."""
_EXPOSING: Final = frozenset(
    [
        *("aws-cloudfront-distribution", "aws-apigateway-api", "aws-apigateway-rest-api"),
        *("aws-elbv2-load-balancer", "aws-elbv2-listener", "aws-elb-load-balancer"),
    ]
)
"""Kinds that only hand on what comes."""
_LOOKED_AT: Final = frozenset(f"{name}.amazonaws.com" for name in ("lambda", "ec2", "ecs-tasks"))
"""Services of which it is read what runs as which role."""
_ACTING: Final = frozenset(
    f"{name}.amazonaws.com"
    for name in (
        *("backup", "cloudformation", "cloudtrail", "config", "delivery.logs", "dlm", "events"),
        *("firehose", "logs", "monitoring.rds", "s3", "scheduler", "vpc-flow-logs"),
    )
)
"""Services that run nobody's code and answer nobody."""
_IDENTITIES: Final = frozenset({ROLE, "aws-iam-user", "aws-account"})
_DISTRIBUTING: Final = "cloudfront.amazonaws.com"
_EQUAL: Final = frozenset({"StringEquals", "StringLike", "ArnEquals", "ArnLike"})
_OWNER_IN: Final[Mapping[str, Callable[[str], str]]] = {
    "aws:sourceaccount": str,
    "aws:sourcearn": lambda arn: "".join(arn.split(":")[4:5]),
}
"""How the account is told on whose behalf a service asks."""
_TAKING: Final = (
    *("sqs:ReceiveMessage", "dynamodb:GetRecords", "kinesis:GetRecords"),
    *("kafka:GetBootstrapBrokers", "mq:DescribeBroker"),
)
"""What the role of a function may do that takes from queues, streams and brokers."""
_IN_NETWORKS: Final = frozenset({"ec2", "ecs", "eks"})
"""Services of what runs, and answers whoever is in its network."""
_DELIVERING: Final = ("s3:put", "s3:getbucket", "s3:listbucket")


@dataclass(frozen=True, slots=True)
class Coming:
    """``relations`` lead from the internet on; of ``unsure`` components it is told why.

    ``opens`` are the kinds of which all others are not come to, ``left_out`` those of which
    somebody who is come to may read some, and nobody asked. ``is_known`` is whether anything could
    be told.
    """

    relations: tuple[Relation, ...] = ()
    unsure: Mapping[str, str] = field(default_factory=dict)
    opens: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()
    is_known: bool = False


def coming(snapshot: Snapshot, account: str, *, most: int = MOST) -> Coming:
    """Where the internet comes to in an account, read by itself, as a whole.

    No more than ``most`` times it is asked who reads what: kinds that would take more are left out,
    and then nothing is told of them.
    """
    if not any(True for _ in snapshot.of_kind("aws-account")):
        return Coming()
    land = land_of({account: snapshot})
    if account not in land.grounds:
        return Coming()
    ours = land.grounds[account].terrain.account
    near = reached(land.hops, [INTERNET])
    doubted = [*_from_what_is_not_read(ours), *_beside(land.hops, near)]
    begun = [*land.hops, *doubted]
    within = Terrain(ours, tuple(begun), frozenset(reached(begun, [INTERNET])))
    names = {everything(ours): f"aws-account/{account}", INTERNET: EVERYBODY}
    names |= {one.found.name: one.found.id for one in snapshot if one.found.account == account}
    asked, left_out = _asked(snapshot, within, most)
    found, policies = list(land.hops), dict[str, Document | None]()
    for asset, policy, hops in hops_to(snapshot, land, within, asked):
        found += hops
        policies[asset.component] = policy
        names[asset.arn] = asset.component
    sure = [one for one in found if one.is_certain]
    certain = reached(sure, [INTERNET])
    unsure = {
        names[place]: why
        for place, why in _doubts([*found, *doubted], certain).items()
        if place in names
    }
    indexes: dict[Any, Any] = {}
    hidden = land.hides(account)
    for asset in asked:
        if _kind(asset.component) == BUCKET and asset.arn not in certain:
            own = policies[asset.component]
            world = World(snapshot, indexes)  # which notes what is read: of each by itself
            whys = hidden or land.hides(account, own) or _of_bucket(world, asset, own, account)
            if whys:
                unsure.setdefault(asset.component, whys[0])
    for component, why in _of_databases(snapshot, land, account, hidden, indexes):
        unsure.setdefault(component, why)
    opens = NONE_TOLD - left_out
    if hidden:
        opens -= {ROLE}
    if not any(one.at in near for one in ours.everybody):
        left_out = set()
    return Coming(tuple(_shortest(sure, names)), unsure, opens, frozenset(left_out), is_known=True)


def _asked(snapshot: Snapshot, within: Terrain, most: int) -> tuple[list[Asset], set[str]]:
    """Of what it is asked who reads it, and the kinds that are left out, for they are too many."""
    asking = 1 + sum(one.at in within.near for one in within.account.everybody)
    asked: list[Asset] = []
    left_out: set[str] = set()
    for kind in READ if asking > 1 else (BUCKET,):
        several = [_asset(one.found) for one in snapshot.of_kind(kind)]
        if (len(asked) + len(several)) * asking > most:
            left_out.add(kind)
        else:
            asked += several
    return asked, left_out


def _asset(found: Found) -> Asset:
    arn = found.name.replace(":parameter//", ":parameter/")  # as AWS writes it
    return Asset(found.id, arn, found.label, "", "")


def _from_what_is_not_read(account: Account) -> Iterator[Hop]:
    """To the roles that somebody outside takes of whom nothing is read: perhaps.

    People who sign in are meant to come, as users are.
    """
    for one in account.roles.values():
        if one.is_services or one.trust is None:
            continue
        for who in trusted(one.trust, one.arn, account=account.id, rcps=account.rcps):
            is_person = ":saml-provider/" in who.who
            if who.who not in _LOOKED_AT | _ACTING and not is_person:
                named = who.who or "whoever"
                how = f"{named} may take {one.name}, and who comes to that is not read"
                yield Hop(INTERNET, one.arn, how, is_certain=False)
                break


def _beside(hops: Iterable[Hop], near: set[str]) -> Iterator[Hop]:
    """To what answers a network, from what runs and is come to: perhaps, for nobody asks there."""
    if not any(_service(place) in _IN_NETWORKS | {"lambda"} for place in near):
        return
    for place in dict.fromkeys(hop.source for hop in hops):
        if place not in near and _service(place) in _IN_NETWORKS:
            how = f"{place} may be beside something in a network that the internet comes to"
            yield Hop(INTERNET, place, how, is_certain=False)


def _service(place: str) -> str:
    """Whose ARN a place is."""
    return "".join(place.split(":")[2:3])


def _doubts(hops: Iterable[Hop], certain: set[str]) -> dict[str, str]:
    """The places that are perhaps come to, each with the first hop that may lead there."""
    leaving: dict[str, list[Hop]] = {}
    for hop in hops:
        leaving.setdefault(hop.source, []).append(hop)
    found: dict[str, str] = {}
    waiting = deque((place, "") for place in sorted(certain))
    while waiting:
        place, doubt = waiting.popleft()
        for hop in leaving.get(place, ()):
            if hop.target not in certain and hop.target not in found:
                found[hop.target] = doubt or f"there may be a way: {hop.how}"
                waiting.append((hop.target, found[hop.target]))
    return found


def _of_databases(
    snapshot: Snapshot, land: Land, account: str, hidden: list[str], indexes: dict[Any, Any]
) -> Iterator[tuple[str, str]]:
    """Why strangers may connect to a database all the same, of each where something may."""
    several = [seen for kind in sorted(_DATABASES) for seen in snapshot.of_kind(kind)]
    if not several:
        return
    world = World(snapshot, indexes)
    databases: Databases | None = None
    why = next(iter(hidden), "")
    try:
        if not why:
            databases = Databases(world, account, _networks(world, land, account))
    except UnknownError as error:
        why = error.why
    for seen in several:
        told = why if databases is None else databases.why(world.subject(seen))
        if told:
            yield seen.found.id, told


def _networks(world: World, land: Land, account: str) -> Networks:
    """The networks of an account; ``UnknownError`` where who is come to may change them, too.

    What is come to within them has roles, by which there is more that is come to.
    """
    ours = land.grounds[account].terrain.account
    hops = [*land.hops, *_from_what_is_not_read(ours)]
    hosted = {one.source for one in hops if one.source.split(":")[2:3] in HOSTED}
    near, within = reached(hops, [INTERNET]), set[str]()
    while True:
        if why := steering(ours, near | within):
            raise UnknownError(why)
        called = _called_by_others(world, ours, near | within)
        networks = Networks(world, account, near, called)
        places = {*networks.places, *called, *(hosted if networks.is_hosting else ())}
        further = reached(hops, {*near, *within, *places})
        if further == near | within:
            return networks
        within |= places
        near |= further - within


def _called_by_others(world: World, ours: Account, near: set[str]) -> set[str]:
    """The functions that may be called by who is not of the account, or is come to by its policy.

    Whether one of its aliases lets them, or it does itself; or it takes what a queue or a stream
    has, into which whoever is come to may put something.
    """
    found: set[str] = set()
    for kind in (FUNCTION, ALIAS):
        for one in world.all(kind, account=ours.id):
            if _is_called_by_others(one, ours.id, near):
                found.add(":".join(one.name.split(":")[:7]))
    for one in world.all(FUNCTION, account=ours.id):
        role = ours.roles.get(str(one.read("listed").get("Role") or ""))
        if role is None or any(speaks(role, action) for action in _TAKING):
            found.add(one.name)
    return found


def _is_called_by_others(one: Subject, account: str, near: set[str]) -> bool:
    try:
        written = one.read("policy", None)
    except UnknownError:
        return True
    if not written:
        return False
    policy = read(written, name=f"policy of {one.label}", kind=Kind.RESOURCE)
    named = {
        arn
        for each in policy.statements
        if each.effect is Effect.ALLOW and each.principals is not None
        for arn in each.principals.arns
    }
    if policy.faults or any(arn in near or _service(arn) == "sts" for arn in named):
        return True
    return any(True for _ in _others(policy.statements, account))


def _of_bucket(world: World, asset: Asset, policy: Document | None, account: str) -> list[str]:
    """Why strangers may come to a bucket all the same, or to what is in it."""
    seen = world.snapshot.get(asset.component)
    if seen is None:
        raise KeyError(asset.component)
    it = world.subject(seen)
    try:
        is_listed = not _ignores_lists(it, world)
    except UnknownError as error:
        return [error.why]
    if is_listed:
        return ["what is in it may have access lists of its own, which are not read"]
    if policy is None:
        return []
    return [*policy.faults, *_others(policy.statements, account)]


def _ignores_lists(it: Subject, world: World) -> bool:
    """Whether no list lets anybody in: not that of the bucket, and not one of what is in it."""

    def shuts(settings: Mapping[str, Any]) -> bool:
        return settings.get("IgnorePublicAcls") is True and not _is_shared(it.read("acl", {}))

    return world.any_true(
        lambda: is_off(it),
        lambda: shuts(it.read("public_access_block", {})),
        lambda: shuts(account_block(it, world)),
    )


def _is_shared(acl: Mapping[str, Any]) -> bool:
    """Whether a list names anybody but its owner and groups, which are public."""
    owner = (acl.get("Owner") or {}).get("ID")
    several = [one.get("Grantee") or {} for one in acl.get("Grants") or ()]
    return any(not one.get("URI") and one.get("ID") != owner for one in several)


def _others(statements: Iterable[Statement], account: str) -> Iterator[str]:
    """Whom a policy lets in, or may, of whom it is not read who comes to them."""
    for one in statements:
        if one.effect is not Effect.ALLOW or _is_ours(one, account):
            continue
        yield f"{one} lets in others, and who comes to those is not read"


def _is_ours(one: Statement, account: str) -> bool:
    """Whether it names nobody but who is in the account, and services that only deliver."""
    who = one.principals
    if who is None or one.but_principals or who.everyone or who.federated or who.canonical:
        return False
    is_ours = who.accounts <= {account} and all(
        arn.split(":")[4:5] == [account] for arn in who.arns
    )
    is_delivery = not one.but_actions and all(
        action.startswith(_DELIVERING) and "*" not in action for action in one.actions
    )
    is_distribution = who.services <= {_DISTRIBUTING} and _is_for(one, account)
    return is_ours and (not who.services or is_delivery or is_distribution)


def _is_for(one: Statement, account: str) -> bool:
    """Whether a service is let in on behalf of this account alone."""
    return any(
        each.operator in _EQUAL
        and not (each.if_exists or each.quantifier)
        and {_OWNER_IN[each.key](value) for value in each.values} == {account}
        for each in one.conditions
        if each.key in _OWNER_IN
    )


def _shortest(hops: Iterable[Hop], names: Mapping[str, str]) -> Iterator[Relation]:
    """A way to each place that is a component, over what only hands on before all else."""
    leaving: dict[str, list[Hop]] = {}
    for hop in hops:
        leaving.setdefault(hop.source, []).append(hop)

    def exposes(hop: Hop) -> bool:
        return hop.source == INTERNET or _kind(names.get(hop.source, "")) in _EXPOSING

    by: dict[str, Hop | None] = {INTERNET: None}
    for is_wanted in (exposes, lambda _: True):
        waiting = deque(by)
        while waiting:
            for hop in leaving.get(waiting.popleft(), ()):
                if hop.target not in by and is_wanted(hop):
                    by[hop.target] = hop
                    waiting.append(hop.target)
    for place, last in by.items():
        if last is None or place not in names:
            continue
        why, hop = last.how, last
        while hop.source not in names:  # a place that is no component, such as a session
            before = by[hop.source]
            if before is None:
                break
            hop, why = before, f"{before.how}; {why}"
        yield _relation(names[hop.source], names[place], why)


def _relation(source: str, target: str, why: str) -> Relation:
    if source == EVERYBODY:
        return Relation(RelationKind.CALLS, source, target, why)
    if _kind(target) in _IDENTITIES:
        return Relation(RelationKind.CAN_ASSUME, source, target, why)
    kind = RelationKind.EXPOSES if _kind(source) in _EXPOSING else RelationKind.CALLS
    return Relation(kind, source, target, why)


def _kind(component: str) -> str:
    return component.partition("/")[0]
