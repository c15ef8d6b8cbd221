"""How ways to data are printed: hop by hop, then what would end them, then what is not known."""

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from ringwall.runtime.output import print_table, say
from ringwall.runtime.tables import Column

if TYPE_CHECKING:
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
    numbers = {id(path): number for number, path in enumerate(told.paths, 1)}
    for standing in ("reached", "perhaps"):
        for one in by_standing[standing]:
            _show_asset(one, numbers, told.account)
    if told.paths:
        _show_changes(told)
    for one in by_standing["not known"]:
        say(("not known: ", "yellow"), f"whether a way leads to {one.asset.component}: {one.why}")
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
            where = _where(hop.account, told_of)
            if hop.by or where:
                by = f"by {', '.join(hop.by)}" if hop.by else ""
                say(f"       {' '.join(filter(None, (by, where)))}", style="dim")
    if not one.is_all:
        say("  and more; --most shows them", style="dim")


def _show_changes(told: "Attacks") -> None:
    sure = any(path.is_certain for path in told.paths)
    say("")
    if told.cut:
        said = (
            "Cheapest cut: together these end all ways"
            if sure
            else ("Cheapest cut: nothing is certain here; together these would end all that may be")
        )
        say((said, "bold"))
        for text in dict.fromkeys(_mended(hop, told.account) for hop in told.cut):
            say(f"  - {text}")
    else:
        say("There is no cut: whoever begins there has it already")
    rows = [_row(one, told) for one in told.single[:_MOST_CHANGES]]
    say("")
    print_table(_CHANGES, rows, empty="no single change ends a way")
    if len(told.single) > _MOST_CHANGES:
        say(f"and {len(told.single) - _MOST_CHANGES} more changes; --json has them", style="dim")
    if sure and any(not path.is_certain for path in told.paths):
        say("Ways that are not certain are not counted in these.", style="dim")
    say("")


def _row(one: "Change", told: "Attacks") -> tuple[str, str, str, str]:
    labels = {each.asset.arn: each.asset.label for each in told.assets}
    ends = ", ".join(str(number + 1) for number in one.ends[:8])
    more = f" and {len(one.ends) - 8} more" if len(one.ends) > 8 else ""
    safe = ", ".join(labels.get(arn, arn) for arn in one.safe[:4])
    rest = f" and {len(one.safe) - 4} more" if len(one.safe) > 4 else ""
    where = _where(one.account, told.account)
    by = ", ".join(filter(None, (*one.by, where)))
    return one.does, by, f"way {ends}{more}", f"{safe}{rest}" or "nothing yet"


def _mended(hop: "Hop", told_of: str) -> str:
    by = f" ({', '.join(hop.by)})" if hop.by else ""
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
        "technique": hop.technique,
        "is_certain": hop.is_certain,
        "mend": hop.mend,
        "account": hop.account,
    }
