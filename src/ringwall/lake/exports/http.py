"""Batches of events by HTTP: a POST of NDJSON, acknowledged by a status of 2xx."""

from collections.abc import Mapping, Sequence
from typing import Final

import requests

from ringwall.lake.exports.destinations import DeliveryError
from ringwall.lake.exports.formats import Format, Row

_MOST_WAIT: Final = 3600.0


class Http:
    """Sends to one address. ``headers`` may hold a secret, and stand in no message.

    ``Ringwall-First`` and ``Ringwall-Last`` tell a batch's indexes, by which a receiver can leave
    out what it has already.
    """

    def __init__(
        self,
        url: str,
        form: Format,
        *,
        headers: Mapping[str, str] | None = None,
        verify: bool | str = True,
        timeout: float = 30.0,
    ) -> None:
        self._url = url
        self._form = form
        self._headers = dict(headers or {})
        self._verify = verify
        self._timeout = timeout
        self._session = requests.Session()
        self._session.trust_env = False  # neither proxies nor passwords of whoever started us

    def send(self, rows: Sequence[Row]) -> None:
        """Send one batch; it counts as delivered by a status of 2xx alone."""
        body = self._form.head() + b"".join(map(self._form.line, rows))
        headers = {
            **self._headers,
            "Content-Type": self._form.media_type,
            "Ringwall-First": str(rows[0]["index"]),
            "Ringwall-Last": str(rows[-1]["index"]),
        }
        try:
            with self._session.post(
                self._url,
                data=body,
                headers=headers,
                timeout=self._timeout,
                verify=self._verify,
                allow_redirects=False,
                stream=True,
            ) as answer:
                status, after = answer.status_code, answer.headers.get("Retry-After", "")
        except requests.RequestException as error:
            raise DeliveryError(f"the receiver was not reached: {type(error).__name__}") from error
        if 200 <= status < 300:
            return
        wait = min(_MOST_WAIT, float(after)) if after.isdecimal() else 0.0
        raise DeliveryError(
            f"the receiver answered {status}", wait=wait, is_too_large=status == 413
        )

    def close(self) -> None:
        """Close kept connections."""
        self._session.close()
