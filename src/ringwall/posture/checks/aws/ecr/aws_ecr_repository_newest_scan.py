"""The newest image of a repository has no grave weaknesses.

Why: what the scan found everybody can look up, and it runs wherever the image does.
Fix: build the image anew on a newer base with newer packages, and push that.
"""

from ringwall.posture.checking import (
    ABSENT,
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Severity,
    Subject,
    UnknownError,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import UPDATED

CHECK = Check(
    judges="aws-ecr-repository",
    severity=Severity.HIGH,
    reads=("newest_scan",),
    controls=("nist-800-53r5 RA-5 partial", *UPDATED),
    known_as=("prowler:ecr_repositories_scan_vulnerabilities_in_latest_image",),
    of_clouds=True,
)
_DONE = ("COMPLETE", "ACTIVE")


def judge(it: Subject, world: World) -> Judgment:
    """By what the last scan of it found; that there was none is no pass."""
    told = it.read("newest_scan")
    if told is None:
        msg = f"no scan tells of {it.label}: it has no image, or nobody scanned the newest"
        raise UnknownError(msg)
    state = told["imageScanStatus"].get("status")
    if state not in _DONE:
        msg = f"the scan of the newest image of {it.label} tells nothing: {state}"
        raise UnknownError(msg)
    critical, high = (int(told["counts"].get(one, 0)) for one in ("CRITICAL", "HIGH"))
    if not critical and not high:
        return passes("its scan found nothing of critical or high severity")
    why = f"the newest image of {it.label} has {critical} critical and {high} high weaknesses"
    return fails(why, None if critical else Severity.MEDIUM)


def _scan(state: str, **counts: int) -> dict[str, object]:
    image = {"imageDigest": "sha256:0"}
    return {"imageId": image, "imageScanStatus": {"status": state}, "counts": counts}


CASES = (
    case("nothing", PASS, newest_scan=_scan("COMPLETE")),
    case("nothing grave", PASS, newest_scan=_scan("ACTIVE", MEDIUM=7, LOW=20)),
    case("critical", FAIL, newest_scan=_scan("COMPLETE", CRITICAL=1)),
    case("high", FAIL, newest_scan=_scan("ACTIVE", HIGH=2, LOW=20)),
    case("going on", UNKNOWN, newest_scan=_scan("IN_PROGRESS")),
    case("failed", UNKNOWN, newest_scan=_scan("FAILED")),
    case("never scanned", UNKNOWN, newest_scan=ABSENT),
    case("denied", UNKNOWN, newest_scan=DENIED),
)
