"""How long ago something was, by what AWS tells of it."""

from datetime import UTC, datetime


def days_since(told: object) -> int:
    """Whole days since a moment, as AWS tells it or as it is kept: text in ISO's form."""
    when = told if isinstance(told, datetime) else datetime.fromisoformat(str(told))
    return (datetime.now(UTC) - (when if when.tzinfo else when.replace(tzinfo=UTC))).days
