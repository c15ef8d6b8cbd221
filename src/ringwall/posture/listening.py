"""Changes of an account from its queue: read again, judged, kept, and only then deleted.

The queue (SQS) gives a message again until it is deleted, so that whoever is killed at any point
leaves it to the next; one that comes twice is read twice, and changes nothing. What is no record of
a change is set aside in a file, so that it does not come for ever.
"""

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from ringwall.posture.happening import Happened, NoEventError, happened, records
from ringwall.posture.heeding import Heeding
from ringwall.runtime.private_files import private_folder

CALLS: Final = frozenset({"sqs:ReceiveMessage", "sqs:DeleteMessage"})
_REGION: Final = re.compile(r"\b[a-z]{2}(?:-[a-z]+)+-[0-9]+\b")
_MESSAGES: Final = 10
"""The most that SQS gives at a time."""
_LARGEST: Final = 64 << 20
"""Bytes of what is set aside; what comes after that is counted and let go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came of one asking. ``waits`` says why nothing was asked for.

    ``delay_s`` is how long the oldest message had waited when its findings were kept.
    """

    messages: int = 0
    changed: int = 0
    aside: tuple[str, ...] = ()
    delay_s: float | None = None
    waits: str = ""


class Listening(Heeding):
    """One account's changes, from the queue at ``queue``, with what is set aside in a file."""

    def __init__(self, *, sqs: Any, queue: str, aside: Path, **heeding: Any) -> None:
        super().__init__(**heeding)
        self._sqs, self._queue, self._aside = sqs, queue, aside

    def once(self, wait_s: int = 20) -> Heard:
        """Wait so many seconds for messages, and do what they ask for.

        While the account is scanned nothing is asked for: what came since the scan began waits in
        the queue, and is read after it.
        """
        waits = self._waits()
        if waits:
            return Heard(waits=waits)
        told = self._sqs.receive_message(
            QueueUrl=self._queue,
            MaxNumberOfMessages=_MESSAGES,
            WaitTimeSeconds=wait_s,
            AttributeNames=["SentTimestamp"],
        )
        messages = told.get("Messages") or []
        changes: dict[Happened, None] = {}
        good, bad = [], []
        for message in messages:
            found, broken = _told(message["Body"])
            if broken:
                bad.append((message, broken))
            if found or not broken:
                good.append(message)
            changes.update(dict.fromkeys(one for one in found if one is not None))
        self._set_aside(bad)
        self._delete([one for one, _ in bad if one not in good])
        changed = 0
        if changes or self._accounts.owed(self._target.account):
            try:
                changed = self.heed(changes)
            except BlockingIOError:
                return Heard(aside=tuple(why for _, why in bad), waits="the account is scanned")
        delay = max((_waited(one) for one in good), default=None)
        self._delete(good)
        why = tuple(why for _, why in bad)
        return Heard(messages=len(messages), changed=changed, aside=why, delay_s=delay)

    def _waits(self) -> str:
        account = self._target.account
        if self._accounts.version(account) is None:
            return "the account was not scanned yet"
        try:
            with self._accounts.only_here(account, briefly=True):
                return ""
        except BlockingIOError:
            return "the account is scanned"

    def _set_aside(self, bad: list[tuple[Mapping[str, Any], str]]) -> None:
        if not bad:
            return
        private_folder(self._aside.parent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(self._aside, flags, 0o600), "ab") as file:
            for message, why in bad:
                line = {"at": datetime.now(UTC).isoformat(), "why": why, "body": message["Body"]}
                if file.tell() < _LARGEST:
                    file.write(json.dumps(line).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _delete(self, messages: Iterable[Mapping[str, Any]]) -> None:
        for one in messages:
            self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=one["ReceiptHandle"])


def queue_arn(url: str) -> str:
    """The ARN of a queue by its URL: ``https://sqs.REGION.amazonaws.com/ACCOUNT/NAME``."""
    host, account, name = url.split("//", 1)[-1].split("/")
    region = next(iter(_REGION.findall(host)), "*")
    partition = "aws-cn" if host.endswith(".cn") else "aws"
    if region.startswith("us-gov-"):
        partition = "aws-us-gov"
    return f"arn:{partition}:sqs:{region}:{account}:{name}"


def _told(body: str) -> tuple[list[Happened | None], str]:
    """What a message tells, and what in it is no record; beside that the others count."""
    found: list[Happened | None] = []
    wrong: list[str] = []
    try:
        for one in records(body):
            try:
                found.append(happened(one))
            except NoEventError as error:
                wrong.append(str(error))
    except NoEventError as error:
        wrong.append(str(error))
    if not found and not wrong:
        wrong.append("there is no record in it")
    return found, "; ".join(dict.fromkeys(wrong))


def _waited(message: Mapping[str, Any]) -> float:
    sent = int(message.get("Attributes", {}).get("SentTimestamp", 0)) / 1000
    return max(0.0, datetime.now(UTC).timestamp() - sent) if sent else 0.0
