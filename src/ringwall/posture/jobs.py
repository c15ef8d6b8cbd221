"""The job of posture."""

from ringwall.runtime.installation import Installation
from ringwall.runtime.jobs import job


@job(name="judge-itself", minutes=60, after_change=True)
def judge_itself(installation: Installation) -> str:
    """Judge Ringwall by its own checks: for the queue of findings, and for reports."""
    from datetime import UTC, datetime  # noqa: PLC0415 - jobs are also listed without tables

    from ringwall.findings.config import FINDINGS, Findings  # noqa: PLC0415 - as above
    from ringwall.findings.known import known_categories  # noqa: PLC0415 - as above
    from ringwall.posture.itself import judged_itself  # noqa: PLC0415 - as above
    from ringwall.posture.queueing import put  # noqa: PLC0415 - as above
    from ringwall.posture.recent import keep_itself  # noqa: PLC0415 - as above
    from ringwall.posture.scope import ITSELF  # noqa: PLC0415 - as above

    at = datetime.now(UTC)
    snapshot, judged, checks = judged_itself(installation)
    taken = put(
        snapshot,
        judged,
        checks,
        scope=ITSELF,
        at=at,
        rules=installation.load().one(Findings, FINDINGS),
        categories=known_categories(installation),
    )
    keep_itself(installation, snapshot, judged, checks, at=at, is_all=True)
    unknown = sum(one.verdict.outcome == "unknown" for one in judged)
    return f"{taken.new + taken.reopened} new, {taken.fixed} fixed, {unknown} are unknown"
