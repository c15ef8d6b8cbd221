"""The roles of a configuration: those it declares, and Ringwall's own."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from ringwall.access.built_in import BUILT_IN
from ringwall.access.config import ACCESS, Access, Requests
from ringwall.access.model import Holders, Role
from ringwall.runtime.configuration import Configuration, Problem, nearest
from ringwall.runtime.configuration.spelling import listed

_WHOSE = {
    Holders.CUSTOMER: "members of customers' organisations have",
    Holders.PROVIDER: "the company's own people have",
    Holders.ANYONE: "everybody may have",
}


def roles_in(access: Access) -> Mapping[str, Role]:
    """Every role by name; none at all when none is declared.

    Ringwall's own roles are there as soon as one is declared. Before, an organisation may give any
    role any name, ``owner`` too, so that a policy could not tell whose it is.
    """
    if not access.roles:
        return MappingProxyType({})
    found = {name: Role(name=name, holders=holders) for name, holders in BUILT_IN.items()}
    for name, settings in access.roles.items():
        found[name] = Role(
            name=name,
            includes=settings.includes,
            holders=BUILT_IN.get(name, settings.held_by),
        )
    return MappingProxyType(found)


def all_included(roles: Mapping[str, Role]) -> dict[str, tuple[str, ...]]:
    """What each role that includes others brings with it, over however many steps; sorted."""
    found = {}
    for name, role in roles.items():
        known, waiting = {name}, list(role.includes)
        while waiting:
            one = waiting.pop()
            if one not in known:
                known.add(one)
                waiting += roles[one].includes if one in roles else ()
        if known != {name}:
            found[name] = tuple(sorted(known - {name}))
    return found


def with_all_askers(access: Access) -> Requests:
    """The roles that can be asked for, each with every role that lets ask for it.

    Those are the roles that ``requestable_by`` names and all that include one of them.
    """
    roles = roles_in(access)
    including: dict[str, set[str]] = {}
    for name, one in roles.items():
        for included in one.includes:
            including.setdefault(included, set()).add(name)
    found = {}
    for name, settings in access.requests.roles.items():
        known, waiting = set(settings.requestable_by), list(settings.requestable_by)
        while waiting:
            more = including.get(waiting.pop(), set()) - known
            known |= more
            waiting += more
        found[name] = settings.model_copy(update={"requestable_by": tuple(sorted(known))})
    return access.requests.model_copy(update={"roles": found})


def check_access(configuration: Configuration) -> Iterator[Problem]:
    """Roles that include what is not there, each other, or what their holders may never have."""
    access = configuration.one(Access, ACCESS)
    yield from _check_folder(access, configuration)
    roles = roles_in(access)
    for name, settings in access.roles.items():
        yield from _check_holders(name, access)
        for index, included in enumerate(settings.includes):
            path = (ACCESS, "roles", name, "includes", index)
            if included not in roles:
                yield Problem(
                    path=path,
                    message=f'there is no role "{included}"',
                    value=included,
                    allowed=f"a role of access.roles, or {listed(BUILT_IN)}",
                    nearest=nearest(included, roles),
                )
            elif (
                roles[name].holders is not Holders.PROVIDER
                and roles[included].holders is Holders.PROVIDER
            ):
                yield Problem(
                    path=path,
                    message=f'"{name}", which {_WHOSE[roles[name].holders]}, cannot include '
                    f'"{included}", which is of the company\'s own people: it would give their '
                    "rights to customers",
                    value=included,
                    allowed="a role that customers may have, or held_by: provider",
                )
    yield from _check_requests(access, roles)
    for circle, index in _circles(roles):
        yield Problem(
            path=(ACCESS, "roles", circle[-2], "includes", index),
            message=f"roles include each other in a circle: {' > '.join(circle)}",
            value=circle[-1],
            allowed="roles of which the lesser include none of the greater",
        )


def _check_requests(access: Access, roles: Mapping[str, Role]) -> Iterator[Problem]:
    """Roles to be asked for, or that let ask, which nobody has declared."""
    if not roles:
        return
    for name, settings in access.requests.roles.items():
        path = (ACCESS, "requests", "roles", name)
        named = [
            ((*path, "requestable_by", i), one) for i, one in enumerate(settings.requestable_by)
        ]
        for place, one in ((path, name), *named):
            if one not in roles:
                yield Problem(
                    path=place,
                    message=f'there is no role "{one}"',
                    value=one,
                    allowed=f"a role of access.roles, or {listed(BUILT_IN)}",
                    nearest=nearest(one, roles),
                )


def _check_folder(access: Access, configuration: Configuration) -> Iterator[Problem]:
    # Without policies everything is open that routes leave open: a slip must not lead there.
    is_named = "policies" in access.model_fields_set and access.policies is not None
    if is_named and not configuration.attached:
        yield Problem(
            path=(ACCESS, "policies"),
            message=f"there is no policy in {access.policies}",
            value=access.policies,
            allowed="a folder beside ringwall.yaml with *.cedar files, or no such key",
        )


def _check_holders(name: str, access: Access) -> Iterator[Problem]:
    settings = access.roles[name]
    own = BUILT_IN.get(name)
    if own is not None and "held_by" in settings.model_fields_set and settings.held_by is not own:
        yield Problem(
            path=(ACCESS, "roles", name, "held_by"),
            message=f'"{name}" is a role of Ringwall\'s own that {_WHOSE[own]}: that stays so',
            value=settings.held_by,
            allowed=f"held_by: {own}, or another name",
        )


def _circles(roles: Mapping[str, Role]) -> Iterator[tuple[tuple[str, ...], int]]:
    """Every circle once, from a role to the same, and where its last step stands in ``includes``.

    Without recursion: chains may be as long as there are roles.
    """
    done: set[str] = set()
    for start in roles:
        way: list[tuple[str, Iterator[tuple[int, str]]]] = []
        on_way: dict[str, int] = {}
        if start not in done:
            on_way[start] = 0
            way.append((start, iter(enumerate(roles[start].includes))))
        while way:
            name, steps = way[-1]
            step = next(steps, None)
            if step is None:
                way.pop()
                del on_way[name]
                done.add(name)
                continue
            index, included = step
            if included in on_way:
                names = tuple(name for name, _ in way[on_way[included] :])
                yield (*names, included), index
            elif included in roles and included not in done:
                on_way[included] = len(way)
                way.append((included, iter(enumerate(roles[included].includes))))
