"""The policies that bear on one request, whoever wrote them."""

from collections.abc import Iterator
from dataclasses import dataclass

from ringwall.posture.permissions.granting import is_controlled
from ringwall.posture.permissions.statements import Document, Statement


@dataclass(frozen=True, slots=True)
class Policies:
    """All that bears on a request. ``None`` is that there is none; what was not read is ``unread``.

    ``scps`` and ``rcps`` are one tuple for each of root, units and account, from the top: the
    former of the account of who asks, the latter of the account that the resource is in.
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

    def is_blind(self, action: str) -> bool:
        """Whether they say the same of an action, in lower case, on any resource at any time.

        So it is where what speaks of it has no conditions, and is about everything.
        """
        controls = self.rcps if is_controlled(action) else ()
        several = (document.concerning(action) for document in self._documents(controls))
        return all(_is_plain(one) for statements in several for one in statements)

    def _documents(self, rcps: tuple[tuple[Document, ...], ...]) -> Iterator[Document]:
        yield from self.identity
        yield from self.session or ()
        yield from (one for one in (self.boundary, self.resource, self.endpoint) if one)
        for level in (*self.scps, *rcps):
            yield from level


def _is_plain(one: Statement) -> bool:
    if one.fault or one.conditions or one.principals is not None:
        return False
    return one.resources is None or (not one.but_resources and "*" in one.resources)
