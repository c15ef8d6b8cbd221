"""Take everybody's right to restore a snapshot of a database or a cluster away."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.drafting import set_and_back
from ringwall.posture.fixing.plans import Draft
from ringwall.posture.fixing.terraform import argument

MENDS: Final = ("aws-rds-snapshot-public", "aws-rds-cluster-snapshot-public")
_OF: Final = {
    "aws-rds-snapshot": (
        "rds:ModifyDBSnapshotAttribute",
        "DBSnapshotIdentifier",
        "aws_db_snapshot",
    ),
    "aws-rds-cluster-snapshot": (
        "rds:ModifyDBClusterSnapshotAttribute",
        "DBClusterSnapshotIdentifier",
        "aws_db_cluster_snapshot",
    ),
}
"""By kind: the call, by which of its arguments it is named, and what Terraform calls it."""


def plan(it: Subject, world: World) -> Draft:
    """Accounts that may restore it by name still may."""
    call, member, kind = _OF[it.found.kind]
    others = sorted(one for one in it.read("restorable_by", ()) if one != "all")
    return set_and_back(
        call,
        {member: it.label, "AttributeName": "restore"},
        {"ValuesToRemove": ["all"]},
        {"ValuesToAdd": ["all"]},
        change=f"who may restore it: everybody → {', '.join(['this account', *others])}",
        words=f"let not everybody restore {it.label}",
        warning="who restored it while it was public has it: change every secret that is in it",
        terraform=argument(kind, it.label, {"shared_accounts": others}),
        makes={"restorable_by": others},
    )
