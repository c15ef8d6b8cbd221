"""``access review``: what is permitted and not used, by the record of requests."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.gateway.commands import access_options as options
from ringwall.gateway.commands import access_past as past
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table, say, show
from ringwall.runtime.refusals import ExitCode, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ringwall.core.principals import Principal
    from ringwall.gateway.layout import Layout
    from ringwall.gateway.least_privilege import Kept
    from ringwall.gateway.past import Reading
    from ringwall.gateway.reviewing import Findings, Used
    from ringwall.gateway.wanted import Wanted

_NAMED: Final = 10
PROPOSED: Final = "least-privilege.cedar"


@dataclass(frozen=True, slots=True)
class _Span:
    """How many days were asked for, and how many the record goes back."""

    asked: int
    covered: float

    @property
    def is_whole(self) -> bool:
        return self.covered >= self.asked

    def __str__(self) -> str:
        if self.is_whole:
            return f"{self.asked} days"
        if self.covered >= 2:
            return f"{int(self.covered)} days"
        minutes = int(self.covered * 24 * 60)
        if minutes >= 120:
            return f"{minutes // 60} hours"
        return "1 minute" if minutes == 1 else f"{minutes} minutes"


@command(name="review", group=options.GROUP, panel=options.PANEL)
def access_review(
    context: typer.Context,
    *,
    days: past.Days = 90,
    propose: Annotated[
        Path | None,
        typer.Option(
            "--propose",
            metavar="FOLDER",
            help=f"Write policies there that permit only what was used, as {PROPOSED}.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell what is permitted and was not used: policies, roles, routes, clients and scopes.

    Judged are the requests in the edge's record, by the policies in force. Where the record does
    not go back so many days, it is told for how many it does. With --propose a policy set is
    written that permits what was used and nothing else; it changes nothing until you take it over.
    What 90 days or more have shown is kept: `ringwall posture itself` judges by it.

    For example: `ringwall access review`, `ringwall access review --days 30 --propose drafts`, then
    `ringwall access replay --days 30 --policies drafts`.
    """
    from ringwall.gateway.least_privilege import Kept, LeastPrivilege
    from ringwall.gateway.looking_back import with_policies
    from ringwall.gateway.opening import open_gateway
    from ringwall.gateway.past import Reading, past_requests
    from ringwall.gateway.rejudging import Rejudging
    from ringwall.gateway.reviewing import Review, findings
    from ringwall.gateway.wanted import Wanted

    installation = installation_of(context)
    gateway = open_gateway(installation)
    configuration = gateway.in_force()
    wanted = None if configuration is None else Wanted.of(configuration)
    if configuration is None or wanted is None or wanted.policies is None:
        msg = "no policies are in force, so there is nothing to review"
        raise Refused(msg, hint="`ringwall up` or `ringwall reload` puts the files in force")
    _require_room(propose)
    tables, not_asked = past.tables(installation)
    judge = Rejudging(wanted)
    review, proposal, kept = Review(judge, tables), LeastPrivilege(wanted), Kept()
    reading = Reading()
    with past.Progress(reading) as progress:
        begin = past.beginning(days, None)
        for row in past_requests(gateway.layout.log, since=begin, reading=reading):
            seen = review.see(row)
            if seen is not None and propose is not None:
                proposal.see(*seen)
                kept.see(judge.question(*seen[:2]), *seen[:2])
            progress.step()
    span = _span(days, gateway.layout)
    everyone = options.everyone(installation) if not_asked is None else iter(())
    found = findings(review.used, judge, everyone, not_asked=not_asked)
    _keep(found, review.used, wanted, gateway.layout, span)
    written = None
    if propose is not None and any(True for _ in kept.all()):
        text = proposal.text(
            span=str(span),
            since=past.moment(reading.first or 0.0),
            until=past.moment(reading.last or 0.0),
        )
        file = _put(propose, text)
        proposed = with_policies(configuration, propose, installation.sections)
        written = _Written.of(file, wanted, proposed, kept)
    names, strangers = past.Names(tables), past.strangers_since(gateway.layout)
    if as_json:
        proposed_json = None if written is None else _written_json(written)
        print_json(
            {
                **_json(found, review.used, span, names),
                **past.reading_json(reading, strangers),
                "proposed": proposed_json,
            }
        )
    else:
        _show(found, review.used, reading, span, names)
        past.show_strangers(strangers)
        if written is not None:
            _show_written(written)
        elif propose is not None:
            say("")
            say("nobody was let in by policies, so none are proposed", style="yellow")


def _span(days: int, layout: "Layout") -> _Span:
    """How far back the record goes: to the end of its first request, whenever that is.

    That of strangers counts where nobody is known, else it is told apart.
    """
    from ringwall.gateway.past import first_of

    known, others = first_of(layout.log)
    first = known or others
    if first is None:
        return _Span(days, 0.0)
    return _Span(days, min(days, (datetime.now(UTC) - first).total_seconds() / 86_400))


def _keep(found: "Findings", used: "Used", wanted: "Wanted", layout: "Layout", span: _Span) -> None:
    """For posture, if it is of as many days as count there."""
    from ringwall.gateway import reviewed

    if span.asked >= reviewed.DAYS:
        last = reviewed.of_review(found, used, wanted, at=datetime.now(UTC), days=span.covered)
        reviewed.keep(layout.reviewed, last)


def _require_room(folder: Path | None) -> None:
    if folder is not None and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        msg = f"{folder} is there already, with something in it"
        raise Refused(msg, hint="name a new folder", code=ExitCode.USAGE)
    around = () if folder is None else folder.absolute().parents
    for one in around:
        if one.exists() and not one.is_dir():
            msg = f"{folder} cannot be made: {one} is not a folder"
            raise Refused(msg, hint="name a new folder", code=ExitCode.USAGE)


@dataclass(frozen=True, slots=True)
class _Written:
    """Where proposed policies stand, and what became of the requests by them.

    ``denied`` and ``unjudged``, about which they could not be asked, are parts of ``kinds``.
    """

    file: Path
    policies: int
    before: int
    denied: int
    unjudged: int
    kinds: int
    is_cut: bool

    @classmethod
    def of(cls, file: Path, before: "Wanted", after: "Wanted", kept: "Kept") -> "_Written":
        """Judge every kind of request that was let in by what is proposed."""
        from ringwall.gateway.rejudging import Rejudging

        judge, several = Rejudging(after), list(kept.all())
        told = Counter(judge.judge(to, asked).allowed for to, asked in several)
        return cls(
            file=file,
            policies=0 if after.policies is None else len(after.policies.policies),
            before=0 if before.policies is None else len(before.policies.policies),
            denied=told[False],
            unjudged=told[None],
            kinds=len(several),
            is_cut=kept.is_cut,
        )


def _put(folder: Path, text: str) -> Path:
    file = folder / PROPOSED
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        msg = (
            f"the proposal cannot be written to {folder}: {(error.strerror or str(error)).lower()}"
        )
        raise Refused(msg, hint="name another folder") from error
    return file


def _show(
    found: "Findings", used: "Used", reading: "Reading", span: _Span, names: past.Names
) -> None:
    past.show_span(reading)
    past.show_unreadable(reading)
    if not span.is_whole:
        say(
            f"The record goes back {span}, less than the {span.asked} days asked for: all that "
            f"follows is of {span} and no longer.",
            style="bold yellow",
        )
    if used.unjudged:
        say(
            f"{used.unjudged:,} requests are not wholly known: roles and scopes of theirs may have "
            "been used that are told as unused",
            style="yellow",
        )
    if used.too_long:
        say(
            f"{used.too_long:,} requests are too long to judge: what they used may be told as "
            "unused, and proposed policies may deny them",
            style="yellow",
        )
    _list("Permits that decided nothing", found.policies)
    _list("Forbids that kept nobody out", found.forbids)
    _list("Permitted, and done by nobody", [_doing(one) for one in found.doings])
    _show_widths(found)
    _list(
        "Roles that their holders made no use of",
        [f"{_bare(one)}: {role}" for one, role in found.grants],
    )
    _list("Programs and keys that did nothing", [options.of_whom(one) for one in found.clients])
    _list(
        "Scopes that nothing was done with",
        [f"{_bare(one)}: {scope}" for one, scope in found.scopes],
    )
    _list(
        "Denied most of what they asked for",
        [f"{names.of(who)}: {denied:,} of {asked:,}" for who, denied, asked in found.knocking],
    )
    if found.not_asked is not None:
        say("")
        say(f"holders, programs and scopes cannot be told: {found.not_asked}", style="yellow")


def _show_widths(found: "Findings") -> None:
    from ringwall.runtime.tables import Cell, Column

    if not found.widths:
        return
    columns = [
        Column("role"),
        Column("holders", right=True, rank=1),
        Column("used", right=True),
        Column("never used", least=12),
    ]
    rows = [
        (
            one.role,
            f"{one.holders:,}" if found.not_asked is None else "?",
            f"{len(one.used)} of {len(one.permits)}",
            Cell.listing([_doing(doing) for doing in one.never]),
        )
        for one in found.widths
    ]
    say("")
    say("What roles permit, and what of it their holders did", style="bold")
    print_table(columns, rows, empty="")


def _doing(doing: "tuple[str, str]") -> str:
    return " ".join(doing)


def _list(heading: str, items: "Sequence[str]") -> None:
    if not items:
        return
    say("")
    say((heading, "bold"), f": {len(items):,}")
    for one in items[:_NAMED]:
        say(f"  {one}")
    if len(items) > _NAMED:
        say(f"  and {len(items) - _NAMED:,} more: --json has all", style="dim")


def _bare(principal: "Principal") -> str:
    from dataclasses import replace

    return options.of_whom(replace(principal, roles=()))


def _show_written(written: _Written) -> None:
    say("")
    say(f"{written.policies} policies instead of {written.before} are written to:", style="bold")
    show(f"  {written.file}")
    if written.denied:
        say(
            f"of {written.kinds:,} kinds of requests they would deny {written.denied:,}: look at "
            "those before you use them",
            style="bold red",
        )
    if written.unjudged:
        say(
            f"of {written.kinds:,} kinds of requests {written.unjudged:,} could not be judged by "
            "them, since not all is known of these: they may be denied",
            style="bold yellow",
        )
    if not written.denied and not written.unjudged:
        more = " that were looked at" if written.is_cut else ""
        say(f"none of the {written.kinds:,} kinds of requests{more} would be denied by them")


def _written_json(written: _Written) -> dict[str, Any]:
    return {
        "file": str(written.file),
        "policies": written.policies,
        "before": written.before,
        "kinds_of_requests": written.kinds,
        "denied": written.denied,
        "unjudged": written.unjudged,
        "is_cut": written.is_cut,
    }


def _json(found: "Findings", used: "Used", span: _Span, names: past.Names) -> dict[str, Any]:
    from ringwall.gateway.commands.access_listing import principal_json

    return {
        "days": span.asked,
        "days_covered": round(span.covered, 2),
        "is_covered": span.is_whole,
        "unused_permits": list(found.policies),
        "unused_forbids": list(found.forbids),
        "unused_actions": [{"route": r, "action": a} for r, a in found.doings],
        "policies": {
            name: {"requests": use.count, "last": past.moment(use.last, seconds=True)}
            for name, use in sorted(used.policies.items())
        },
        "roles": [
            {
                "role": one.role,
                "holders": one.holders,
                "permits": len(one.permits),
                "used": len(one.used),
                "never": [{"route": r, "action": a} for r, a in one.never],
            }
            for one in found.widths
        ],
        "unused_grants": [{**principal_json(one), "unused": role} for one, role in found.grants],
        "unused_clients": [principal_json(one) for one in found.clients],
        "unused_scopes": [{**principal_json(one), "unused": s} for one, s in found.scopes],
        "denied_mostly": [
            {**names.json(who), "denied": denied, "requests": asked}
            for who, denied, asked in found.knocking
        ],
        "unjudged": used.unjudged,
        "too_long_to_judge": used.too_long,
        "not_asked": found.not_asked,
    }
