"""Have a database take minor versions by itself."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.drafting import set_and_back
from ringwall.posture.fixing.plans import Draft
from ringwall.posture.fixing.terraform import argument

MENDS: Final = ("aws-rds-instance-upgrades",)


def plan(it: Subject, world: World) -> Draft:
    """As it was comes back if it does not help."""
    told = it.read("listed")
    before = bool(told.get("AutoMinorVersionUpgrade"))
    return set_and_back(
        "rds:ModifyDBInstance",
        {"DBInstanceIdentifier": it.label, "ApplyImmediately": True},
        {"AutoMinorVersionUpgrade": True},
        {"AutoMinorVersionUpgrade": before},
        change="minor versions by itself: off → on",
        words=f"have the database {it.label} take minor versions by itself",
        warning="it restarts in its maintenance window when there is one",
        terraform=argument("aws_db_instance", it.label, {"auto_minor_version_upgrade": True}),
        keys={"listed": ("AutoMinorVersionUpgrade",)},
    )
