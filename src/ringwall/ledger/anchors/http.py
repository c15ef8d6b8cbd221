"""Any service that takes a checkpoint by POST: a colleague's server, a time-stamper, a chat."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import requests

from ringwall.ledger.anchors.anchor import AnchorError, Sealed


@dataclass(frozen=True, slots=True)
class HttpAnchor:
    """Posts each checkpoint as text to ``url`` with ``headers``; any 2xx is taken for done."""

    name: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout: float = 10.0

    def put(self, sealed: Sealed) -> None:
        """See :class:`ringwall.ledger.anchors.anchor.Anchor`."""
        headers = {**self.headers, "Content-Type": "text/plain; charset=utf-8"}
        try:
            with requests.post(
                self.url,
                sealed.note.to_bytes(),
                headers=headers,
                timeout=self.timeout,
                allow_redirects=False,
                stream=True,
            ) as answer:
                status = answer.status_code
        except requests.RequestException as error:
            # The URL may hold a secret, and the error the URL.
            msg = f"the anchor {self.name!r} does not answer ({type(error).__name__})"
            raise AnchorError(msg) from None
        if not 200 <= status < 300:
            msg = f"the anchor {self.name!r} answered {status}"
            raise AnchorError(msg)
