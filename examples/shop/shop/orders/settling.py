"""Tell billing what it has to hear: charges for new orders, refunds for cancelled ones.

The order is on disk before billing is called, and a call that fails is repeated until it is
answered: after a crash of either side every order ends up charged once or given back once.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final

import httpx

from shop.database import Database
from shop.orders import lifecycle, store
from shop.orders.bell import Bell
from shop.orders.order import Order, Payment, Status
from shop.outbound import Peer
from shop.problems import kind_of

AGAIN_S: Final = 5
"""Seconds between two rounds, and the age below which an order's own request still tries."""

log = logging.getLogger(__name__)


class Settling:
    """Brings orders from ``pending`` and ``cancelling`` to where they end."""

    def __init__(self, database: Database, *, billing: Peer, bell: Bell) -> None:
        self._database, self._billing, self._bell = database, billing, bell

    async def settle(self, order: Order, *, trace: Mapping[str, str]) -> Order:
        """Return the order after asking billing; unchanged where billing gave no clear answer."""
        try:
            if order.status == Status.PENDING:
                return await self._charge(order, trace=trace)
            if order.status == Status.CANCELLING:
                return await self._refund(order, trace=trace)
        except (httpx.TransportError, ValueError) as error:
            log.warning("order %s waits for billing: %r", order.id, error)
        return order

    async def settle_all(self) -> None:
        """Settle whatever an earlier process or failed call left, at once and then for ever."""
        until = datetime.now(UTC)
        while True:
            waiting = await self._database.run(
                store.list_unsettled, until=until.strftime("%Y-%m-%dT%H:%M:%SZ")
            )
            for order in waiting:
                await self.settle(order, trace={})
            await asyncio.sleep(AGAIN_S)
            until = datetime.now(UTC) - timedelta(seconds=AGAIN_S)

    async def _charge(self, order: Order, *, trace: Mapping[str, str]) -> Order:
        response = await self._billing.post(
            f"/v1/{order.tenant}/charges",
            {
                "order_id": order.id,
                "description": f"Order {order.number}",
                "amount_cents": order.total_cents,
                "currency": order.currency,
            },
            trace=trace,
            idempotency_key=order.id,
        )
        if response.status_code in {HTTPStatus.OK, HTTPStatus.CREATED}:
            return await self._move(order, Status.PAID, payment=_payment(response.json()))
        if response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY and (
            kind_of(response.json()) == "over-limit"
        ):
            return await self._move(order, Status.DECLINED)
        log.warning("order %s: billing answered %d", order.id, response.status_code)
        return order

    async def _refund(self, order: Order, *, trace: Mapping[str, str]) -> Order:
        if order.payment is None:
            raise ValueError("an order without a charge is being cancelled")
        charge_id = order.payment.charge_id
        response = await self._billing.post(
            f"/v1/{order.tenant}/charges/{charge_id}/refund", {}, trace=trace
        )
        if response.status_code == HTTPStatus.OK:
            return await self._move(order, Status.CANCELLED)
        log.warning("order %s: billing answered %d", order.id, response.status_code)
        return order

    async def _move(self, order: Order, status: Status, *, payment: Payment | None = None) -> Order:
        moved = await self._database.run(
            lifecycle.move,
            tenant=order.tenant,
            order_id=order.id,
            expected=order.status,
            status=status,
            payment=payment,
        )
        self._bell.ring(order.tenant)
        return order if moved is None else moved


def _payment(charge: object) -> Payment:
    match charge:
        case {"id": str(id_), "invoice_id": str(invoice_id), "invoice_number": int(number)}:
            return Payment(id_, invoice_id, number)
    raise ValueError("billing's answer is not a charge")
