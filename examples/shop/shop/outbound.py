"""Call another service by its plain name, through the sidecar or directly."""

import ssl
from collections.abc import Mapping

import httpx
from starlette.datastructures import Headers

from shop.settings import route_to

PASSED_ON = ("traceparent", "tracestate", "x-request-id")
"""Headers that tie the records of one request together (W3C Trace Context; Envoy's id)."""


def trace_headers(headers: Headers) -> dict[str, str]:
    """Return what a request passes on to the requests it causes."""
    return {name: headers[name] for name in PASSED_ON if name in headers}


class Peer:
    """Another service, as ``http://<name>/``, given up after ``patience_s`` without an answer.

    Whoever calls us must have more patience than we have with those we call.
    ``httpx.TransportError`` from its methods: no answer, or none in time.
    """

    def __init__(self, name: str, *, patience_s: float) -> None:
        hop = route_to(name)
        transport = httpx.AsyncHTTPTransport(
            uds=hop.path or None,
            # Nobody is trusted over TLS: the sidecar does that, and loading roots takes time.
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            limits=httpx.Limits(max_connections=50, max_keepalive_connections=10),
            retries=1,
        )
        self._client = httpx.AsyncClient(
            transport=transport,
            base_url=f"http://{name}" if hop.path else f"http://{hop.host}:{hop.port}",
            headers={"host": name, "user-agent": "shop"},
            timeout=httpx.Timeout(patience_s, connect=1.0),
            trust_env=False,
        )

    async def get(
        self, path: str, *, trace: Mapping[str, str], query: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """GET ``path``."""
        return await self._client.get(path, headers=dict(trace), params=query)

    async def post(
        self,
        path: str,
        body: Mapping[str, object],
        *,
        trace: Mapping[str, str],
        idempotency_key: str | None = None,
    ) -> httpx.Response:
        """POST ``body`` as JSON; with a key it is safe to send again."""
        headers = dict(trace)
        if idempotency_key is not None:
            headers["idempotency-key"] = idempotency_key
        return await self._client.post(path, json=body, headers=headers)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
