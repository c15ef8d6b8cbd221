"""The labelled account as it would be after a year in which everybody used S3 and nothing else."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.posture.accounts import people
from tests.posture.accounts.reading import checks_of_made
from tests.posture.accounts.replaying import Replaying, Whole

from ringwall.core.verdicts import Outcome
from ringwall.posture.collecting.calling import Answer
from ringwall.posture.collecting.shape import Where

_LONG_AGO: Final = datetime.now(UTC) - timedelta(days=399)
_LISTS: Final = ("UserDetailList", "GroupDetailList", "RoleDetailList")
EXCESSIVE: Final = {
    people.administrator: True,
    people.administrator_by_its_own: True,
    people.changes_its_policies: True,
    people.passes_a_role: True,
    people.reads_one_bucket: False,
    people.passes_one_role: False,
    people.idle: False,
    people.an_administrator: True,
    people.of_a_service: False,
}
"""Whether it may do more than it used. That roles are passed is told by nobody: that stays."""


class Aged(Replaying):
    """All were made long ago, and used S3 yesterday; of what they used IAM tells."""

    def call(
        self,
        call: str,
        where: Where,
        arguments: Mapping[str, Any],
        absent: frozenset[str] = frozenset(),
    ) -> Answer:
        """As recorded, but for the days."""
        answer = Answer()
        if call == "iam:GenerateServiceLastAccessedDetails":
            answer.pages = [{"JobId": arguments["Arn"]}]
        elif call == "iam:GetServiceLastAccessedDetails":
            answer.pages = [{"JobStatus": "COMPLETED", "ServicesLastAccessed": _used()}]
        else:
            answer = super().call(call, where, arguments, absent)
            if call == "iam:GetAccountAuthorizationDetails":
                aged = Answer()
                aged.pages = [_aged(page) for page in answer.pages]
                return aged
        return answer


def _used() -> list[dict[str, Any]]:
    idle = [{"ServiceNamespace": one} for one in ("ec2", "iam", "lambda", "sqs")]
    yesterday = datetime.now(UTC) - timedelta(days=1)
    return [{"ServiceNamespace": "s3", "LastAuthenticated": yesterday}, *idle]


def _aged(page: Mapping[str, Any]) -> dict[str, Any]:
    made = {
        name: [one | {"CreateDate": _LONG_AGO} for one in page.get(name) or ()] for name in _LISTS
    }
    return {**page, **made}


def test_who_may_do_more_than_they_used_is_found_and_nobody_else(whole: Whole) -> None:
    checks = [one for one in checks_of_made() if one.id.endswith("-services-unused")]
    verdicts = whole.replayed(Aged(whole.answers, lambda _: False), checks)
    found = {key[1].rpartition("/")[2]: one.verdict.outcome for key, one in verdicts.items()}
    told = {one.label: one.specimen for one in whole.made.labels}
    wanted = {one.__name__: is_wrong for one, is_wrong in EXCESSIVE.items()}
    judged = {told[name]: outcome for name, outcome in found.items() if told.get(name) in wanted}
    assert judged == {
        name: Outcome.FAIL if is_wrong else Outcome.PASS for name, is_wrong in wanted.items()
    }
