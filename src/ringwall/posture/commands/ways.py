"""How ways to data are printed: hop by hop, then what would end them, then what is not known."""

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from ringwall.runtime.output import print_table, say
from ringwall.runtime.tables import Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ringwall.posture.attacks import Attacks, Reached
    from ringwall.posture.keeping import Kept
    from ringwall.posture.permissions.changes import Change
    from ringwall.posture.permissions.paths import Hop, Path

_CHANGES: Final = (
    Column("change"),
    Column("where", rank=2),
    Column("ends"),
    Column("out of reach then", rank=1),
)
_MOST_CHANGES: Final = 10
_MOST_UNKNOWN: Final = 20
_MOST_ALIKE: Final = 5
"""Of those to which the same ways may lead, more are told as one."""
_NAMED: Final = 3


def show(kept: "Kept", told: "Attacks", others: "Counter[str]", *, from_internet: bool) -> None:
    """Print what was found of an account: ways, what ends them, and what is not known."""
    whence = "the internet" if from_internet else "there"
    say((f"Account {told.account}", "bold"), f", as it was read at {kept.read:%Y-%m-%d %H:%M} UTC")
    if told.blocked:
        say(("not known: ", "yellow"), f"whether there is a way cannot be told: {told.blocked}")
        return
    if not told.assets:
        _show_nothing(others)
    by_standing = {
        standing: [one for one in told.assets if one.standing.value == standing]
        for standing in ("reached", "perhaps", "not known", "no way")
    }
    places = sorted(range(len(told.paths)), key=lambda one: not told.paths[one].is_certain)
    numbers = {id(told.paths[place]): number for number, place in enumerate(places, 1)}
    for one in by_standing["reached"]:
        _show_asset(one, numbers, told.account)
    alone, alike = _alike(by_standing["perhaps"])
    for one in alone:
        _show_asset(one, numbers, told.account)
    for several in alike:
        _show_alike(several, numbers)
    if told.paths:
        _show_changes(told, numbers)
    for said in _unknown(by_standing["not known"]):
        say(("not known: ", "yellow"), f"whether a way leads to {said}")
    if by_standing["no way"]:
        count = len(by_standing["no way"])
        said = f"To {count:,} of {len(told.assets):,} no way is known from {whence}"
        hint = ", and what is not known below may hide one" if told.unknown else ""
        say(f"{said}{hint}.")
    if others:
        left = ", ".join(f"{count:,} {level}" for level, count in sorted(others.items()))
        say(f"Not looked at, for what they hold is not confidential: {left}", style="dim")
    for why in told.left_out:
        say(("left out: ", "yellow"), why)
    for why in told.unknown[:_MOST_UNKNOWN]:
        say(("not known: ", "yellow"), why)
    if len(told.unknown) > _MOST_UNKNOWN:
        say(f"and {len(told.unknown) - _MOST_UNKNOWN:,} more that are not known; --json has them")


def _show_nothing(others: "Counter[str]") -> None:
    if others:
        say("nothing here is confidential or restricted")
    else:
        say("nothing was read that holds data: scan with all checks, or look at what was denied")


def _show_asset(one: "Reached", numbers: dict[int, int], told_of: str) -> None:
    asset = one.asset
    level = f"{asset.classification} ({asset.by})" if asset.classification else ""
    sure = one.standing.value == "reached"
    say("")
    begin = ("REACHED ", "red bold") if sure else ("PERHAPS ", "yellow bold")
    say(begin, (asset.label, "bold"), f"  {asset.component.partition('/')[0]}  {level}")
    for path in one.paths:
        certain = "" if path.is_certain else ", not certain"
        say(f"  way {numbers[id(path)]}{certain}")
        for number, hop in enumerate(path.hops, 1):
            say(f"    {number}. {hop.how}", "" if hop.is_certain else (" (not certain)", "yellow"))
            if by := _by(hop, told_of):
                say(f"       {by}", style="dim")
    if not one.is_all:
        say("  and more; --most shows them", style="dim")


def _by(hop: "Hop", told_of: str) -> str:
    """What allows a hop, and where that is; of two accounts what each says."""
    where = _where(hop.account, told_of)
    theirs = [one for one in hop.by if hop.changed and one not in hop.changed]
    sides = [f"{', '.join(theirs)} on the side of whoever asks"] if theirs else []
    sides += [", ".join(hop.to_change)] if hop.to_change else []
    return " ".join(filter(None, (f"by {' and '.join(sides)}" if sides else "", where)))


def _alike(several: "list[Reached]") -> "tuple[list[Reached], list[list[Reached]]]":
    """Those that are told alone, and those of a kind to which the same ways may lead."""
    from ringwall.posture.snapshot.reasons import general

    found: dict[tuple[object, ...], list[Reached]] = {}
    for one in several:
        asset, kind = one.asset, one.asset.component.partition("/")[0]
        ways = tuple(tuple(general(_to_each(hop, one)) for hop in path.hops) for path in one.paths)
        found.setdefault((kind, asset.classification, asset.by, ways, one.is_all), []).append(one)
    groups = list(found.values())
    alone = [one for group in groups if len(group) <= _MOST_ALIKE for one in group]
    return alone, [group for group in groups if len(group) > _MOST_ALIKE]


def _to_each(hop: "Hop", one: "Reached") -> str:
    """A hop without the name of what it leads to."""
    return re.sub(rf"(?<![\w.-]){re.escape(one.asset.label)}(?![\w.-])", "each", hop.how)


def _show_alike(several: "list[Reached]", numbers: dict[int, int]) -> None:
    from ringwall.posture.snapshot.reasons import general

    first, kind = several[0], several[0].asset.component.partition("/")[0]
    which = sorted(numbers[id(path)] for one in several for path in one.paths)
    level = f"{first.asset.classification} ({first.asset.by})" if first.asset.by else ""
    say("")
    say(("PERHAPS ", "yellow bold"), (f"{len(several):,} {kind}", "bold"), f"  {level}")
    names = ", ".join(one.asset.label for one in several[:_NAMED])
    say(f"  {names} and {len(several) - _NAMED:,} more", style="dim")
    for place, path in enumerate(first.paths):
        say(f"  {len(several):,} ways of {which[0]} to {which[-1]}, not certain; --json has each")
        for number in range(len(path.hops)):
            said = {_to_each(one.paths[place].hops[number], one) for one in several}
            say(f"    {number + 1}. {said.pop() if len(said) == 1 else general(said.pop())}")
    if not first.is_all:
        say("  and more; --most shows them", style="dim")


def _unknown(several: "list[Reached]") -> list[str]:
    """To what it is not known whether a way leads, and why; once for each reason."""
    from ringwall.posture.snapshot.reasons import Untold, cause, reasons_of

    told = (Untold(one.asset.component, "", cause(one.why, one.asset.label)) for one in several)
    return [f"{one.what('of them')}: {one.why}" for one in reasons_of(told)]


def _show_changes(told: "Attacks", numbers: dict[int, int]) -> None:
    sure = any(path.is_certain for path in told.paths)
    say("")
    if told.cut:
        say((f"Cheapest cut: {_ends(told, sure=sure)}", "bold"))
        for text in dict.fromkeys(_mended(hop, told.account) for hop in told.cut):
            say(f"  - {text}")
        if told.left:
            say(f"  Ways that may be are left then, to {_some(told.left, told)}.")
    else:
        say("There is no cut: whoever begins there has it already")
    rows = [_row(one, told, numbers) for one in told.single[:_MOST_CHANGES]]
    say("")
    print_table(_CHANGES, rows, empty="no single change ends a way")
    if len(told.single) > _MOST_CHANGES:
        say(f"and {len(told.single) - _MOST_CHANGES} more changes; --json has them", style="dim")
    if sure and any(not path.is_certain for path in told.paths):
        say("Ways that are not certain are not counted in these.", style="dim")
    say("")


def _ends(told: "Attacks", *, sure: bool) -> str:
    """What the cut is good for."""
    if not sure:
        return "nothing is certain here; together these would end all that may be"
    return f"together these end all {'certain ' if told.left else ''}ways"


def _some(arns: "Sequence[str]", told: "Attacks") -> str:
    labels = {each.asset.arn: each.asset.label for each in told.assets}
    more = f" and {len(arns) - 4} more" if len(arns) > 4 else ""
    return f"{', '.join(labels.get(arn, arn) for arn in arns[:4])}{more}"


def _row(one: "Change", told: "Attacks", numbers: dict[int, int]) -> tuple[str, str, str, str]:
    which = sorted(numbers[id(told.paths[place])] for place in one.ends)
    ends = ", ".join(map(str, which[:8]))
    more = f" and {len(one.ends) - 8} more" if len(one.ends) > 8 else ""
    where = _where(one.account, told.account)
    by = ", ".join(filter(None, (*one.by, where)))
    return one.does, by, f"way {ends}{more}", _some(one.safe, told) or "nothing yet"


def _mended(hop: "Hop", told_of: str) -> str:
    by = f" ({', '.join(hop.to_change)})" if hop.by else ""
    where = _where(hop.account, told_of)
    return f"{where}{': ' if where else ''}{hop.mend or f'end that {hop.how}'}{by}"


def _where(account: str, told_of: str) -> str:
    """The account something is in, where that is another one than is told of."""
    return f"in {account}" if account not in {"", told_of} else ""


def as_json_of(kept: "Kept", told: "Attacks", others: "Counter[str]") -> dict[str, Any]:
    """The same for programs."""
    return {
        "account": told.account,
        "read": kept.read.isoformat(),
        "blocked": told.blocked,
        "unknown": told.unknown,
        "left_out": told.left_out,
        "not_confidential": dict(others),
        "assets": [
            {
                "component": one.asset.component,
                "classification": one.asset.classification,
                "by": one.asset.by,
                "standing": one.standing.value,
                "why": one.why,
                "is_all": one.is_all,
                "paths": [_path(path) for path in one.paths],
            }
            for one in told.assets
        ],
        "cut": [_hop(hop) for hop in told.cut],
        "left": told.left,
        "changes": [
            {
                "does": one.does,
                "by": one.by,
                "account": one.account,
                "ends": [_told(told, n) for n in one.ends],
                "out_of_reach": one.safe,
            }
            for one in told.single
        ],
    }


def _told(told: "Attacks", number: int) -> dict[str, Any]:
    path = told.paths[number]
    return {"number": number + 1, "from": path.source, "to": path.target}


def _path(path: "Path") -> dict[str, Any]:
    return {"is_certain": path.is_certain, "hops": [_hop(hop) for hop in path.hops]}


def _hop(hop: "Hop") -> dict[str, Any]:
    return {
        "from": hop.source,
        "to": hop.target,
        "how": hop.how,
        "by": hop.by,
        "changed": hop.to_change,
        "technique": hop.technique,
        "is_certain": hop.is_certain,
        "mend": hop.mend,
        "account": hop.account,
    }
