"""Asking Cedar's validator about many policies: in parallel, and about none twice."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import cedarpy

THREADS: Final = 4
BATCH: Final = 100
"""How many policies are judged by one call: with more, threads would end at different times."""
_POLICY: Final = re.compile(r"policy(\d+)")
_FOR_POLICY: Final = re.compile(r"^for policy `policy\d+`, ")
_FOR_ACTION: Final = re.compile(r' for (?:\w+::)*Action::"(?:\\.|[^"\\])*+"')

Complaints = frozenset[str]
"""What Cedar says of one policy, without the policy and the actions that it says it of."""


def complaints(texts: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Complaints]:
    """Return what Cedar says of policies, each given with the text of its schema."""
    of_schema: dict[str, list[str]] = defaultdict(list)
    for schema, text in dict.fromkeys(texts):
        of_schema[schema].append(text)
    batches = [
        (schema, found[start : start + BATCH])
        for schema, found in of_schema.items()
        for start in range(0, len(found), BATCH)
    ]
    if len(batches) < 2:
        judged = [_judge(*batch) for batch in batches]
    else:
        with ThreadPoolExecutor(THREADS) as threads:
            judged = list(threads.map(lambda batch: _judge(*batch), batches))
    return {
        (schema, text): said
        for (schema, found), answers in zip(batches, judged, strict=True)
        for text, said in zip(found, answers, strict=True)
    }


def complaints_of(schema: str, text: str) -> Complaints:
    """Return what Cedar says of one policy."""
    return _judge(schema, [text])[0]


def _judge(schema: str, texts: Sequence[str]) -> list[Complaints]:
    import cedarpy  # noqa: PLC0415 - most processes judge no policy

    found = cedarpy.validate_policies("\n".join(texts), _parsed(schema), release_gil=True)
    if found.validation_passed:
        return [frozenset()] * len(texts)
    said: list[set[str]] = [set() for _ in texts]
    for error in found.errors:
        match = _POLICY.fullmatch(error.policy_id)
        if match is not None and int(match[1]) < len(texts):
            said[int(match[1])].add(_FOR_ACTION.sub("", _FOR_POLICY.sub("", error.error)))
        elif len(texts) > 1:
            # One that Cedar cannot even read: which one it is, it tells only of one.
            return [_judge(schema, [text])[0] for text in texts]
        else:
            said[0].add(error.error)
    if not any(said):
        said[0].add("refused, for no reason given")
    return [frozenset(one) for one in said]


@lru_cache(maxsize=1024)
def _parsed(schema: str) -> "cedarpy.Schema":
    import cedarpy  # noqa: PLC0415 - as above

    return cedarpy.Schema.from_str(schema)
