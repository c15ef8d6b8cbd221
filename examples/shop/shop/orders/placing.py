"""What orders decides: whether what somebody wants can be ordered, and at which price."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from shop.payload import Fields

MOST_LINES: Final = 50
MOST_OF_ONE: Final = 99


@dataclass(frozen=True, slots=True)
class WantedLine:
    """A product and how many of it."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """The body of ``POST /v1/{tenant}/orders``.

    ``expected_total_cents`` is what the customer was shown; a price that changed since refuses
    the order instead of surprising them.
    """

    reference: str
    note: str
    lines: tuple[WantedLine, ...]
    expected_total_cents: int | None

    @classmethod
    def read(cls, fields: Fields) -> "Wanted":
        """Read and check the body."""
        rows = fields.items("lines", most=MOST_LINES)
        lines: list[WantedLine] = []
        for row in rows:
            line = WantedLine(
                row.text("sku", longest=40), row.integer("quantity", least=1, most=MOST_OF_ONE)
            )
            if line.sku and any(line.sku == other.sku for other in lines):
                row.complain("sku", f"{line.sku} is in the order twice; add the quantities up")
            row.close()
            lines.append(line)
        wanted = cls(
            reference=fields.text("reference", longest=80),
            note=fields.text("note", longest=500, required=False, lines=True),
            lines=tuple(lines),
            expected_total_cents=fields.optional_integer(
                "expected_total_cents", least=0, most=1_000_000_000
            ),
        )
        fields.finish()
        return wanted

    def content(self) -> dict[str, object]:
        """Return what two requests must share to be the same request."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Stocked:
    """A product as orders knows it."""

    name: str
    price_cents: int
    stock: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order, with the price agreed."""

    sku: str
    name: str
    quantity: int
    unit_cents: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an order cannot be taken; ``status`` and ``kind`` as in the problem it becomes."""

    status: int
    kind: str
    detail: str
    errors: Mapping[str, str]


def agree(wanted: Wanted, products: Mapping[str, Stocked]) -> tuple[Line, ...] | Refusal:
    """Return the lines at today's prices, or why not."""
    unknown = {
        f"lines[{index}].sku": f"there is no product {line.sku}"
        for index, line in enumerate(wanted.lines)
        if line.sku not in products
    }
    if unknown:
        return Refusal(422, "unknown-product", "Some products do not exist.", unknown)
    short = {
        f"lines[{index}].quantity": f"{products[line.sku].name}: {products[line.sku].stock} left"
        for index, line in enumerate(wanted.lines)
        if line.quantity > products[line.sku].stock
    }
    if short:
        return Refusal(409, "out-of-stock", "There is not enough in stock.", short)
    lines = tuple(
        Line(line.sku, products[line.sku].name, line.quantity, products[line.sku].price_cents)
        for line in wanted.lines
    )
    total = sum(line.quantity * line.unit_cents for line in lines)
    if wanted.expected_total_cents not in {None, total}:
        errors = {"expected_total_cents": f"the total is now {total} cents"}
        return Refusal(409, "price-changed", "The price has changed.", errors)
    return lines
