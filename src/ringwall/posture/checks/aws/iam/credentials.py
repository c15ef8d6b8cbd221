"""What the credential report of an account says of a user."""

from collections.abc import Mapping

from ringwall.posture.checking import Other, Subject, UnknownError, World, other

READS = "aws-account.credential_report"


def row_of(it: Subject, world: World) -> Mapping[str, str]:
    """The row of a user; ``UnknownError`` where the report was made before there was one."""
    rows: Mapping[str, Mapping[str, str]] = world.account(it).read("credential_report", {})
    row = rows.get(it.name)
    if row is None:
        raise UnknownError(f"the credential report does not tell of {it.label} yet")
    return row


def reported(**row: str) -> Other:
    """For cases: an account whose report has this row for the judged user."""
    return other("aws-account", credential_report={"it": row})


NOT_REPORTED = other("aws-account", credential_report={})
