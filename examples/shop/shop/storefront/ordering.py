"""The storefront's side of its calls to orders."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import httpx

from shop.outbound import Peer
from shop.problems import details_of
from shop.storefront.store import BasketLine

ORDER_ID: Final = re.compile(r"ord-[0-9a-f]{16}")

Json = dict[str, Any]


class OrdersUnreachableError(Exception):
    """Orders did not answer, or not in a way that can be shown. Nothing is known."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Orders said no; ``reasons`` are sentences for the customer."""

    reasons: Sequence[str]


class Ordering:
    """What one visitor's request asks of orders, for one tenant."""

    def __init__(self, peer: Peer, *, tenant: str, trace: Mapping[str, str]) -> None:
        self._peer, self._base, self._trace = peer, f"/v1/{tenant}", trace

    async def stock(self) -> Mapping[str, int]:
        """Return what is left of each product; empty when orders cannot say."""
        try:
            body = _expect(await self._get("/stock"), HTTPStatus.OK)
        except OrdersUnreachableError:
            return {}
        return dict(body["stock"])

    async def list(self, *, limit: int, before: int | None) -> Sequence[Json]:
        """Return up to ``limit`` orders, newest first, numbered below ``before``."""
        query = {"limit": str(limit)} | ({} if before is None else {"before": str(before)})
        body = _expect(await self._get("/orders", query), HTTPStatus.OK)
        return list(body["orders"])

    async def find(self, order_id: str) -> Json | None:
        """Return one order; ``None`` when this tenant has none of this id."""
        if ORDER_ID.fullmatch(order_id) is None:
            return None
        response = await self._get(f"/orders/{order_id}")
        if response.status_code == HTTPStatus.NOT_FOUND:
            return None
        return _expect(response, HTTPStatus.OK)

    async def place(
        self,
        lines: Sequence[BasketLine],
        *,
        reference: str,
        note: str,
        shown_total_cents: int,
        key: str,
    ) -> str | Refused:
        """Place an order, once per ``key``; return its id, or why it was refused."""
        body: dict[str, object] = {
            "reference": reference,
            "note": note,
            "expected_total_cents": shown_total_cents,
            "lines": [{"sku": line.product.sku, "quantity": line.quantity} for line in lines],
        }
        response = await self._post("/orders", body, key=key)
        if response.status_code in {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}:
            return Refused(details_of(response.json()))
        return str(_expect(response, HTTPStatus.CREATED, HTTPStatus.OK)["id"])

    async def cancel(self, order_id: str) -> bool:
        """Cancel an order; whether it can be."""
        if ORDER_ID.fullmatch(order_id) is None:
            return False
        response = await self._post(f"/orders/{order_id}/cancel", {})
        if response.status_code in {HTTPStatus.CONFLICT, HTTPStatus.NOT_FOUND}:
            return False
        _expect(response, HTTPStatus.OK, HTTPStatus.ACCEPTED)
        return True

    async def _get(self, path: str, query: Mapping[str, str] | None = None) -> httpx.Response:
        try:
            return await self._peer.get(self._base + path, trace=self._trace, query=query)
        except httpx.TransportError as error:
            raise OrdersUnreachableError from error

    async def _post(
        self, path: str, body: Mapping[str, object], *, key: str | None = None
    ) -> httpx.Response:
        try:
            return await self._peer.post(
                self._base + path, body, trace=self._trace, idempotency_key=key
            )
        except httpx.TransportError as error:
            raise OrdersUnreachableError from error


def _expect(response: httpx.Response, *statuses: HTTPStatus) -> Json:
    if response.status_code not in statuses:
        raise OrdersUnreachableError(f"orders answered {response.status_code}")
    body: Json = response.json()
    return body
