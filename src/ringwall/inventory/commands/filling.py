"""``inventory fill``: take in now what the modules know."""

import typer

from ringwall.inventory.commands.places import GROUP, PANEL, begin
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table
from ringwall.runtime.refusals import ExitCode


@command(name="fill", group=GROUP, panel=PANEL, does="posture:scan")
def fill(context: typer.Context, *, as_json: AsJson = False) -> int:
    """Take in what there is now: the configuration, who can ask, the log, accounts that were read.

    The worker does so every half hour and after each change. Ends with 1 where something could not
    be told; what was told of it before stays.
    """
    begin(context)
    from ringwall.inventory import filling
    from ringwall.runtime.tables import Cell, Column

    several = list(filling.fill(installation_of(context)))
    failed = any(one.taken is None for one in several)
    if as_json:
        print_json(
            [
                {
                    "source": one.source,
                    "scope": one.scope,
                    "failed": one.failed or None,
                    "partial": one.partial or None,
                    **(
                        {}
                        if one.taken is None
                        else {
                            "told": one.taken.told,
                            "appeared": one.taken.appeared,
                            "changed": one.taken.changed,
                            "vanished": one.taken.vanished,
                            "refused": [list(each) for each in one.taken.refused],
                        }
                    ),
                }
                for one in several
            ]
        )
        return ExitCode.FAILED if failed else ExitCode.OK
    print_table(
        (
            Column("source"),
            Column("scope"),
            Column("components", right=True),
            Column("new", right=True, rank=1),
            Column("changed", right=True, rank=1),
            Column("gone", right=True, rank=1),
            Column("not told", rank=2, least=20),
        ),
        [
            (one.source, one.scope, "", "", "", "", Cell(one.failed, "red"))
            if one.taken is None
            else (
                one.source,
                one.scope,
                f"{one.taken.told:,}",
                one.taken.appeared,
                one.taken.changed,
                one.taken.vanished,
                Cell(one.partial, "yellow"),
            )
            for one in several
        ],
        empty="no module tells of any component",
    )
    return ExitCode.FAILED if failed else ExitCode.OK
