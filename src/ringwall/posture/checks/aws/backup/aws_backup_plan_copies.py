"""Plans copy backups elsewhere.

Why: with the region, or the account, all is gone at once.
Fix: add a copy action to a vault in another region, or account.
"""

from ringwall.posture.checking import (
    FAIL,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import BACKED_UP

CHECK = Check(
    judges="aws-backup-plan",
    severity=Severity.LOW,
    reads=("plan",),
    controls=BACKED_UP,
)


def judge(it: Subject, world: World) -> Judgment:
    """Another region or another account."""
    here = {it.region, it.account}
    for one in it.read("plan").get("Rules") or ():
        for copy in one.get("CopyActions") or ():
            parts = str(copy.get("DestinationBackupVaultArn", "")).split(":")
            if len(parts) > 4 and not {parts[3], parts[4]} <= here:
                return passes(f"backups are copied to {parts[4]} in {parts[3]}")
    return fails(f"{it.label} copies backups nowhere else")


def _copy(region: str, account: str) -> dict[str, object]:
    arn = f"arn:aws:backup:{region}:{account}:backup-vault:far"
    return {"Rules": [{"CopyActions": [{"DestinationBackupVaultArn": arn}]}]}


CASES = (
    case("another region", PASS, plan=_copy("eu-central-1", "111122223333")),
    case("another account", PASS, plan=_copy("eu-west-1", "444455556666")),
    case("the same place", FAIL, plan=_copy("eu-west-1", "111122223333")),
    case("nowhere", FAIL, plan={"Rules": [{}]}),
)
