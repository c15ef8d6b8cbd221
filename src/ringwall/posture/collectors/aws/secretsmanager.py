"""Secrets Manager: secrets, never what is in them."""

from typing import Final

from ringwall.posture.collecting.shape import Detail, described, first

KIND: Final = "aws-secretsmanager-secret"
LISTINGS: Final = (described(KIND, "secretsmanager:ListSecrets", "SecretList", "ARN", "Name"),)
DETAILS: Final = (
    Detail(
        kind=KIND,
        aspect="policy",
        call="secretsmanager:GetResourcePolicy",
        arguments=lambda seen: {"SecretId": seen.found.name},
        pick=first("ResourcePolicy"),
    ),
)
