"""Whether a service of AWS may do something for a resource of the same account, by a policy."""

from ringwall.posture.permissions.asking import freed
from ringwall.posture.permissions.deciding import Decision, Outcome, decide
from ringwall.posture.permissions.policies import Policies
from ringwall.posture.permissions.principals import principal
from ringwall.posture.permissions.requests import Context, Request
from ringwall.posture.permissions.statements import Document


def service_may(
    policy: Document | None,
    service: str,
    action: str,
    resource: str,
    *,
    source: str,
    account: str,
) -> Decision:
    """What a resource's policy says to ``service`` when it acts for ``source``, an ARN.

    ``None`` is that the resource has none: then no service is let in.
    """
    if policy is None:
        return Decision(Outcome.DENIED, f"{resource} has no policy")
    context = Context.of(
        {"aws:SourceArn": source, "aws:SourceAccount": account, "aws:SecureTransport": "true"}
    )
    asked = Request(action, resource, principal(service), context, account)
    return freed(decide(asked, Policies(resource=policy)))
