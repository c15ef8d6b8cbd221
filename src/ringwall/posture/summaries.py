"""Keep what pages show of each account, and of code and Ringwall, made by whoever judges it anyway.

One file for each: a line that tells all there is to count, then for each check what it
says of the components that it does not pass, at a place that the first line names. So a page reads
what it shows, however large the account is.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson

from ringwall.core.findings import Severity
from ringwall.core.verdicts import Outcome
from ringwall.posture.check_pages import digest
from ringwall.posture.scope import ACCOUNT, CODE, ITSELF, NAME
from ringwall.posture.summing import Said, Summary, Summed
from ringwall.runtime.private_files import private_folder, write_private

_FORMAT: Final = 1
_SCOPE: Final = re.compile(f"{CODE}{NAME}|{ITSELF}")
_ORDER: Final = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A summary with the ``mark`` of the reading that it is of, and when that was judged.

    ``checks`` is the digest of what it was judged by. ``at`` says where a check's components stand:
    the place in the file, and how many bytes.
    """

    summary: Summary
    mark: str
    judged: datetime
    checks: str
    at: Mapping[str, tuple[int, int]]

    @property
    def is_stale(self) -> bool:
        """Whether checks changed since."""
        return self.checks != digest()


class Summaries:
    """The summaries of an installation, those of accounts beside what was read of each."""

    def __init__(self, state: Path) -> None:
        self._accounts = state / "posture" / "accounts"
        self._others = state / "posture" / "summaries"

    def others(self) -> list[str]:
        """The scopes besides accounts: code bases, then Ringwall itself."""
        found = [path.stem.replace(".", " ") for path in self._others.glob("*.summary")]
        known = [one for one in found if _SCOPE.fullmatch(one)]
        return sorted(known, key=lambda one: (one == ITSELF, one))

    def keep(self, one: Summed, *, mark: str = "", judged: datetime) -> None:
        """Have it on the disk when this returns. For the holder of the account's lock."""
        private_folder(self._path(one.summary.account).parent)
        parts, at, place = [], {}, 0
        for check, several in one.said.items():
            part = orjson.dumps([_told(said) for said in several]) + b"\n"
            at[check] = (place, len(part))
            parts.append(part)
            place += len(part)
        summary = one.summary
        header = {
            "format": _FORMAT,
            "account": summary.account,
            "mark": mark,
            "read": summary.read,
            "judged": judged,
            "checks": digest(),
            "gaps": summary.gaps,
            "counts": {
                check: [counts.get(outcome, 0) for outcome in _ORDER]
                for check, counts in summary.counts.items()
            },
            "unread": sorted(summary.unread),
            "empty": sorted(summary.empty),
            "unlisted": summary.unlisted,
            "left_out": summary.left_out,
            "at": at,
        }
        write_private(self._path(summary.account), orjson.dumps(header) + b"\n", *parts)

    def get(self, account: str) -> Kept | None:
        """What was kept last; ``None`` where nothing was, or nothing that can be read."""
        try:
            with self._path(account).open("rb") as file:
                return _kept(account, file.readline())
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def said(self, account: str, check: str) -> list[Said]:
        """What a check says of the first components that it does not pass: what fails first."""
        try:
            with self._path(account).open("rb") as file:
                first = file.readline()
                place = _kept(account, first).at.get(check)
                if place is None:
                    return []
                file.seek(len(first) + place[0])
                return [_said(check, told) for told in orjson.loads(file.read(place[1]))]
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return []

    def _path(self, account: str) -> Path:
        if re.fullmatch(ACCOUNT, account):
            return self._accounts / f"{account}.summary"
        if not _SCOPE.fullmatch(account):
            msg = f"{account!r} is no account, no code base and not {ITSELF}"
            raise ValueError(msg)
        return self._others / f"{account.replace(' ', '.')}.summary"


def _kept(account: str, line: bytes) -> Kept:
    told: dict[str, Any] = orjson.loads(line)
    if told["format"] != _FORMAT or told["account"] != account:
        msg = f"it is of format {told['format']}, or of another account"
        raise ValueError(msg)
    summary = Summary(
        account=account,
        read=datetime.fromisoformat(told["read"]),
        gaps=int(told["gaps"]),
        counts={
            check: {outcome: n for outcome, n in zip(_ORDER, counts, strict=True) if n}
            for check, counts in told["counts"].items()
        },
        unread=frozenset(told["unread"]),
        empty=frozenset(told["empty"]),
        unlisted=[(what, why) for what, why in told["unlisted"]],
        left_out=str(told.get("left_out", "")),  # older files do not tell it
    )
    return Kept(
        summary=summary,
        mark=str(told["mark"]),
        judged=datetime.fromisoformat(told["judged"]),
        checks=str(told["checks"]),
        at={check: (int(place), int(size)) for check, (place, size) in told["at"].items()},
    )


def _told(one: Said) -> Sequence[str]:
    return (
        one.component,
        one.label,
        one.account,
        one.region,
        one.outcome.value,
        one.severity.value,
        one.why,
        one.uid,
    )


def _said(check: str, told: Sequence[str]) -> Said:
    component, label, account, region, outcome, severity, why, uid = told
    return Said(
        check=check,
        component=component,
        label=label,
        account=account,
        region=region,
        outcome=Outcome(outcome),
        severity=Severity(severity),
        why=why,
        uid=uid,
    )
