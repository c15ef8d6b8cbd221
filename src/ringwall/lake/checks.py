"""Judgments over the log's section alone: what stands twice, and what could not be asked."""

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Final
from urllib.parse import urlsplit

from ringwall.lake.bucket_config import InBucket
from ringwall.lake.config import LOG, Log
from ringwall.ledger.config import HttpAnchor, Witness
from ringwall.ledger.keys import VerifierKey
from ringwall.runtime.configuration import Address, Configuration, Problem, Severity

Path = tuple[str | int, ...]
_PORTS: Final = {"https": 443, "http": 80}
_CHECKPOINTS: Final = "checkpoints go there in plain text: that they arrive is not proven"
_EVENTS: Final = "events go there in plain text, with all that is personal: write https://"


def check_log(configuration: Configuration) -> Iterator[Problem]:
    """Witnesses and anchors of one name, a quorum nobody reaches, what goes out in plain text."""
    log = configuration.one(Log, LOG)
    yield from _check_names((LOG, "witnesses"), "witness", [one.name for one in log.witnesses])
    yield from _check_names((LOG, "anchors"), "anchor", [one.name for one in log.anchors])
    yield from _check_witnesses(log)
    for position, one in enumerate(log.anchors):
        if isinstance(one, HttpAnchor) and one.url is not None:
            yield from _check_url((LOG, "anchors", position, "url"), one.url)
    if log.bucket is not None:
        yield from _check_bucket(log.bucket)
    intake = log.intake
    if intake is not None and intake.keys and intake.listen is None:
        yield _warning((LOG, "intake", "keys"), "only listen reads keys, and it is not given")
    if log.witness is not None:
        yield from _check_witness(log.witness)


def _check_bucket(bucket: InBucket) -> Iterator[Problem]:
    if any(find_spec(one) is None for one in ("fsspec", "obstore")):
        yield Problem(
            path=(LOG, "bucket"),
            message="what reads from a bucket is not installed",
            allowed="pip install 'ringwall[bucket]'",
        )
    if bucket.endpoint is not None:
        yield from _check_url((LOG, "bucket", "endpoint"), bucket.endpoint, _EVENTS)


def _check_witnesses(log: Log) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for position, one in enumerate(log.witnesses):
        path = (LOG, "witnesses", position)
        other = seen.setdefault(one.key.strip(), one.name)
        if other != one.name:
            yield Problem(
                path=(*path, "key"),
                message=f'this is the key of the witness "{other}" already',
                allowed="the key of each witness once: else one of them would count for two",
            )
        yield from _check_url((*path, "url"), one.url)
    if log.witnesses and log.quorum > len(log.witnesses):
        yield Problem(
            path=(LOG, "quorum"),
            message=f"{log.quorum} are to cosign, and there are {len(log.witnesses)} witnesses",
            value=str(log.quorum),
            allowed=f"1 to {len(log.witnesses)}, or more witnesses",
        )


def _check_witness(witness: Witness) -> Iterator[Problem]:
    path = (LOG, "witness")
    yield from _check_names((*path, "logs"), "log", [one.name for one in witness.logs])
    origins: dict[str, str] = {}
    for position, one in enumerate(witness.logs):
        origin = one.origin or VerifierKey.parse(one.keys[0]).name
        other = origins.setdefault(origin, one.name)
        if other != one.name:
            yield Problem(
                path=(*path, "logs", position),
                message=f'{origin} is the log "{other}" already',
                allowed="all keys of one log in one place",
            )
        for place, key in enumerate(one.keys):
            if one.origin is None and VerifierKey.parse(key).name != origin:
                yield Problem(
                    path=(*path, "logs", position, "keys", place),
                    message=f"this key is not of {origin}, as the first one is",
                    allowed="keys of one log, or its origin",
                )
    if not witness.listen.is_loopback:
        yield _warning(
            (*path, "listen"),
            "whoever reaches this machine can ask: better a route of the edge leads to loopback",
        )


def _check_names(path: Path, what: str, names: Sequence[str]) -> Iterator[Problem]:
    for position, name in enumerate(names):
        if name in names[:position]:
            yield Problem(
                path=(*path, position, "name"),
                message=f'another {what} is called "{name}" already',
                value=name,
                allowed="a name of its own",
            )


def _check_url(path: Path, url: str, words: str = _CHECKPOINTS) -> Iterator[Problem]:
    parts = urlsplit(url)
    try:
        port = parts.port or _PORTS[parts.scheme]
        address = Address(host=parts.hostname or "", port=port)
    except ValueError:
        yield Problem(path=path, message=f"{url} has no port that could be one", value=url)
        return
    if parts.scheme == "http" and not address.is_loopback:
        yield _warning(path, words)


def _warning(path: Path, message: str) -> Problem:
    return Problem(path=path, message=message, severity=Severity.WARNING)
