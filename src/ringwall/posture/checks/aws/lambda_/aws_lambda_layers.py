"""Functions run no layers of strangers.

Why: whoever writes a layer runs code with the function's rights; another account may publish
anything in the next version.
Fix: build the layer yourself, and publish it in your own account.
"""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    NOT_JUDGED,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)

CHECK = Check(
    judges="aws-lambda-function",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=(
        "nist-800-53r5 SR-3 supporting",
        "nist-800-53r5 CM-7 partial",
        "nist-csf-2.0 GV.SC-07 supporting",
        "soc2 CC6.8 supporting",
        "iso-27001-2022 A.8.30 supporting",
        "ccm-4 STA-07 supporting",
        "pci-dss-4 6.3.2 supporting",
    ),
    known_as=("prowler:awslambda_function_using_cross_account_layers",),
    of_clouds=True,
)
_AWS = {
    *("017000801446", "580247275435", "336392948345", "901920570463", "094274105915"),
    *("133490724326", "015030872274", "615299751070", "184161586896"),
}
"""Accounts that AWS publishes layers from: Powertools, Insights, pandas, tracing, parameters."""


def judge(it: Subject, world: World) -> Judgment | None:
    """By the account in each layer's ARN; AWS's own are AWS's. Code has no account yet."""
    if not it.account.isdigit():
        return None
    layers = [str(one.get("Arn")) for one in it.read("listed").get("Layers") or []]
    if not layers:
        return None
    foreign = [arn for arn in layers if arn.split(":")[4] not in {it.account, *_AWS}]
    return fails(f"it runs {', '.join(foreign)}") if foreign else passes("its layers are its own")


def _layers(account: str) -> dict[str, object]:
    return {"Layers": [{"Arn": f"arn:aws:lambda:eu-west-1:{account}:layer:l:1"}]}


CASES = (
    case("its own", PASS, listed=_layers("111122223333")),
    case("AWS's", PASS, listed=_layers("017000801446")),
    case("a stranger's", FAIL, listed=_layers("444455556666")),
    case("none", NOT_JUDGED, listed={}),
    case("may not be read", UNKNOWN, listed=DENIED),
)
