"""Looking a domain up for real: DNS and the web, in little time and small pieces."""

import logging
from typing import Final

import dns.exception
import dns.resolver
import requests

from ringwall.identity.sso import fetching

log = logging.getLogger("ringwall.identity")

_SECONDS: Final = 5.0
_CHARACTERS: Final = 1024


class Internet:
    """The :class:`~ringwall.identity.sso.domains.Resolver` that asks the world."""

    def texts(self, name: str) -> list[str]:
        """The TXT records of a name; none when there are none or nobody answers."""
        try:
            answer = dns.resolver.resolve(name, "TXT", lifetime=_SECONDS)
        except dns.exception.DNSException as error:
            log.info("no TXT records of %s: %s", name, error)
            return []
        return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]

    def page(self, url: str) -> str:
        """The beginning of what is behind an https URL; nothing when it is not found."""
        try:
            with fetching.session() as session:
                answer = session.get(url)
        except (requests.RequestException, OSError, ValueError) as error:
            log.info("nothing at %s: %s", url, error)
            return ""
        return answer.text[:_CHARACTERS] if answer.status_code == requests.codes.ok else ""
