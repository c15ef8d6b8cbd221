"""Jobs of the queue."""

from ringwall.runtime.installation import Installation
from ringwall.runtime.jobs import job


@job(name="follow-findings", minutes=5)
def follow_findings(installation: Installation) -> str:
    """Open what was excused until now, and note down what is overdue."""
    from ringwall.findings import service  # noqa: PLC0415 - jobs are also listed without tables
    from ringwall.findings.config import FINDINGS, Findings  # noqa: PLC0415 - as above

    rules = installation.load().one(Findings, FINDINGS)
    opened, late = service.end_excuses(rules), service.tell_overdue(rules)
    return f"{opened} excuses ended, {late} findings are overdue"


@job(name="rank-findings", minutes=60, after_change=True)
def rank_findings(installation: Installation) -> str:
    """Rank by the categories and deadlines of now what is not fixed."""
    from ringwall.findings import service  # noqa: PLC0415 - jobs are also listed without tables
    from ringwall.findings.config import FINDINGS, Findings  # noqa: PLC0415 - as above
    from ringwall.findings.known import known_categories  # noqa: PLC0415 - as above

    rules = installation.load().one(Findings, FINDINGS)
    ranked = service.rerank(known_categories(installation), rules)
    return f"{ranked} findings rank anew"


@job(name="tell-findings", minutes=1)
def tell_findings(installation: Installation) -> str:
    """Tell people what waits to be told."""
    from django.utils import timezone  # noqa: PLC0415 - jobs are also listed without tables

    from ringwall.findings import sending  # noqa: PLC0415 - as above
    from ringwall.findings.config import FINDINGS, Findings  # noqa: PLC0415 - as above

    rules = installation.load().one(Findings, FINDINGS)
    told, failed = sending.deliver(rules, timezone.now())
    return f"{told} notices were told, {failed} were not"
