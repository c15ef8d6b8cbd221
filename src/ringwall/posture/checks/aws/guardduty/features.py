"""What a detector of GuardDuty looks at besides what it always does."""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    NOT_JUDGED,
    PASS,
    UNKNOWN,
    Case,
    Judgment,
    Subject,
    case,
    fails,
    passes,
)


def judge_feature(it: Subject, feature: str, does: str) -> Judgment | None:
    """Whether a feature is on, of detectors that are; ``does`` says what it then does."""
    told = it.read("detector")
    if told.get("Status") != "ENABLED":
        return None
    for one in told.get("Features") or []:
        if one.get("Name") == feature and one.get("Status") == "ENABLED":
            return passes(does)
    return fails(f"{feature} is off")


def cases_of_feature(feature: str) -> tuple[Case, ...]:
    """Cases of a check that judges a feature."""

    def detector(status: str) -> dict[str, object]:
        return {"Status": "ENABLED", "Features": [{"Name": feature, "Status": status}]}

    return (
        case("on", PASS, detector=detector("ENABLED")),
        case("off", FAIL, detector=detector("DISABLED")),
        case("never set", FAIL, detector={"Status": "ENABLED"}),
        case("suspended", NOT_JUDGED, detector={"Status": "DISABLED"}),
        case("may not be read", UNKNOWN, detector=DENIED),
    )
