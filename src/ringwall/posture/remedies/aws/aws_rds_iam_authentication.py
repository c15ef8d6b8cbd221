"""Have a database let in by IAM, beside passwords."""

from typing import Final

from ringwall.posture.fixing.drafting import listed_setting

MENDS: Final = ("aws-rds-instance-iam-authentication",)

plan = listed_setting(
    "rds:ModifyDBInstance",
    "DBInstanceIdentifier",
    "EnableIAMDatabaseAuthentication",
    True,
    told_as="IAMDatabaseAuthenticationEnabled",
    change="IAM authentication: off → on",
    words="let people and programs into the database {label} by IAM",
    terraform=("aws_db_instance", "iam_database_authentication_enabled"),
    more={"ApplyImmediately": True},
)
