"""Who is in which group, whether it is said of the user or of the group, or is not known."""

from pathlib import Path

import pytest
from tests.posture.code.test_settings import code

from ringwall.posture.snapshot.partial import Unknown

PEOPLE = """
variable "groups" {}
resource "aws_iam_group" "admins" { name = "admins" }
resource "aws_iam_user" "me" { name = "me" }
"""


@pytest.mark.parametrize(
    "membership",
    [
        (
            'resource "aws_iam_user_group_membership" "it" {\n'
            "  user = aws_iam_user.me.name\n  groups = [aws_iam_group.admins.id]\n}"
        ),
        (
            'resource "aws_iam_group_membership" "it" {\n'
            '  group = aws_iam_group.admins.name\n  users = ["other", aws_iam_user.me.name]\n}'
        ),
    ],
)
def test_a_member_is_in_its_group_by_its_name(tmp_path: Path, membership: str) -> None:
    (one,) = code(tmp_path, PEOPLE + membership).snapshot.of_kind("aws-iam-user")
    assert one.aspects["details"].value["GroupList"] == ["admins"]


@pytest.mark.parametrize(
    "membership",
    [
        (
            'resource "aws_iam_user_group_membership" "it" {\n'
            "  user = aws_iam_user.me.name\n  groups = var.groups\n}"
        ),
        (
            'resource "aws_iam_group_membership" "it" {\n  count = var.groups\n'
            "  group = aws_iam_group.admins.name\n  users = [aws_iam_user.me.name]\n}"
        ),
    ],
)
def test_who_may_be_in_a_group_is_not_taken_for_out_of_it(tmp_path: Path, membership: str) -> None:
    (one,) = code(tmp_path, PEOPLE + membership).snapshot.of_kind("aws-iam-user")
    (told,) = one.aspects["details"].value["GroupList"]
    assert isinstance(told, Unknown)
