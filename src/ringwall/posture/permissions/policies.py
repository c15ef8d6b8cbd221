"""The policies that bear on one request, whoever wrote them."""

from dataclasses import dataclass

from ringwall.posture.permissions.statements import Document


@dataclass(frozen=True, slots=True)
class Policies:
    """All that bears on a request. ``None`` is that there is none; what was not read is ``unread``.

    ``scps`` and ``rcps`` are one tuple for each of root, units and account, from the top.
    ``resource`` is the policy of the resource: of a role its trust policy, of a key its key
    policy.
    """

    identity: tuple[Document, ...] = ()
    boundary: Document | None = None
    session: tuple[Document, ...] | None = None
    scps: tuple[tuple[Document, ...], ...] = ()
    rcps: tuple[tuple[Document, ...], ...] = ()
    resource: Document | None = None
    endpoint: Document | None = None
