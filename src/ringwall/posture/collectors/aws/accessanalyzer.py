"""IAM Access Analyzer: the analyzers of a region."""

from typing import Final

from ringwall.posture.collecting.shape import Detail, joined

DETAILS: Final = (
    Detail(
        kind="aws-region",
        aspect="access_analyzers",
        call="accessanalyzer:ListAnalyzers",
        arguments=lambda _: {},
        pick=joined("analyzers"),
        action="access-analyzer:ListAnalyzers",
    ),
)
