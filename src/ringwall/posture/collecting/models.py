"""Of what botocore knows of a service, only what is called: the rest is most of a scan's memory.

A model describes every operation and every form of a service; EC2's takes more than all that most
accounts have to tell.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from botocore.loaders import Loader
from botocore.utils import parse_timestamp

_ALWAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "s3": ("HeadBucket", "CreateSession"),  # botocore's own, to follow a bucket to its region
    "sts": ("AssumeRole", "GetCallerIdentity"),
    "ec2": ("DescribeRegions",),
}


class Narrow(Loader):  # type: ignore[misc] # botocore has no types
    """A loader of models that keeps the operations of ``calls`` (``service:Operation``)."""

    def __init__(self, search_paths: list[str], calls: Iterable[str]) -> None:
        super().__init__(extra_search_paths=search_paths)
        self._calls = frozenset(calls)
        self._narrowed: dict[str, Any] = {}

    def load_service_model(
        self, service_name: str, type_name: str, api_version: str | None = None
    ) -> Any:
        """As botocore's, without what is not called."""
        if type_name != "service-2":
            return super().load_service_model(service_name, type_name, api_version)
        if service_name not in self._narrowed:
            before = set(self._cache)
            model = super().load_service_model(service_name, type_name, api_version)
            for key in set(self._cache) - before:  # it keeps the whole model, too
                del self._cache[key]
            prefix = f"{service_name}:"
            called = (one for one in self._calls if one.startswith(prefix))
            wanted = {one.removeprefix(prefix) for one in called}
            always = _ALWAYS.get(service_name, ())
            self._narrowed[service_name] = narrowed(model, wanted | set(always))
        return self._narrowed[service_name]


def narrowed(model: Mapping[str, Any], operations: Iterable[str]) -> dict[str, Any]:
    """A service's model with these operations, and the shapes that they reach. Pure."""
    wanted = set(operations)
    kept = {name: told for name, told in model["operations"].items() if name in wanted}
    shapes: dict[str, Any] = {}
    left = [name for told in kept.values() for name in _named(told)]
    while left:
        name = left.pop()
        if name not in shapes:
            shapes[name] = model["shapes"][name]
            left += _named(shapes[name])
    return {**model, "operations": kept, "shapes": shapes}


def _named(told: Any) -> list[str]:
    """The shapes that a part of a model names."""
    if isinstance(told, list):
        return [name for one in told for name in _named(one)]
    if not isinstance(told, Mapping):
        return []
    found = [told["shape"]] if isinstance(told.get("shape"), str) else []
    return found + [name for one in told.values() for name in _named(one)]


def moment(value: Any) -> datetime:
    """A moment as AWS writes it; ISO 8601 without asking what form it has."""
    if isinstance(value, str):
        try:
            told = datetime.fromisoformat(value)
        except ValueError:
            pass
        else:
            if told.tzinfo is not None:
                return told
    found: datetime = parse_timestamp(value)
    return found
