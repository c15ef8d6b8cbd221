"""The set of policies: files read into one, refused whole when anything is wrong with one."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ringwall.access.language.characters import misleading
from ringwall.access.language.mistakes import MistakeError, PolicySyntaxError
from ringwall.access.language.parser import parse
from ringwall.access.language.syntax import Policy
from ringwall.access.language.tokens import Lines
from ringwall.runtime.configuration.problems import ConfigurationError, Place, Problem
from ringwall.runtime.configuration.spelling import listed, nearest, shortened

ANNOTATIONS: Final = ("id", "description", "callout", "advice")
"""What may be said of a policy: its name, what it is for, that it may be decided by a call-out
when it cannot be compiled, and what somebody is told whom it denies something."""
LARGEST_FILE: Final = 8 * 1024 * 1024
MOST_FILES: Final = 1000
MOST_POLICIES: Final = 50_000
LONGEST_ID: Final = 64
_KEBAB: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


@dataclass(frozen=True, eq=False)
class PolicySet:
    """Policies that were read together, in order of files and places.

    ``hash`` is the SHA-256 of the files' names and contents, in hexadecimal: the same set has the
    same one on every node. ``lines`` are the files' texts.
    """

    policies: tuple[Policy, ...] = ()
    hash: str = sha256().hexdigest()
    lines: Mapping[Path, Lines] = field(default_factory=lambda: MappingProxyType({}))

    @cached_property
    def by_id(self) -> Mapping[str, Policy]:
        """The policies by their ids."""
        return MappingProxyType({policy.id: policy for policy in self.policies})

    def place(self, policy: Policy, at: int | None = None) -> Place:
        """Where a policy begins, or the character ``at`` of its file stands."""
        return self.lines[policy.file].place(policy.at.start if at is None else at)


def read(sources: Sequence[tuple[Path, bytes]]) -> PolicySet:
    """Read the files of a set, in the order given.

    ``ConfigurationError`` tells everything that is wrong, with places, and nothing is read.
    """
    if len(sources) > MOST_FILES:
        message = f"{len(sources)} files of policies: not more than {MOST_FILES} are read"
        raise ConfigurationError((Problem(path=("access", "policies"), message=message),))
    read_files = [_file(file, data) for file, data in sources]
    policies = tuple(policy for one in read_files for policy in one.policies)
    lines = {one.file: one.lines for one in read_files}
    problems = [problem for one in read_files for problem in one.problems]
    problems += _twice(policies, lines)
    if len(policies) > MOST_POLICIES:
        message = f"{len(policies)} policies: not more than {MOST_POLICIES} are read"
        problems.append(Problem(path=("access", "policies"), message=message))
    if problems:
        raise ConfigurationError(tuple(problems))
    return PolicySet(policies, _hash(sources), MappingProxyType(lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """One file, read."""

    file: Path
    data: bytes
    lines: Lines
    policies: tuple[Policy, ...] = ()
    problems: tuple[Problem, ...] = ()


_last: dict[Path, _File] = {}
"""The last version of each file: of a set, one file at a time changes."""


def _file(file: Path, data: bytes) -> _File:
    known = _last.get(file)
    if known is not None and known.data == data:
        return known
    if len(_last) >= 2 * MOST_FILES:
        _last.clear()
    _last[file] = found = _read(file, data)
    return found


def _read(file: Path, data: bytes) -> _File:
    if len(data) > LARGEST_FILE:
        message = f"the file has {len(data)} bytes: not more than {LARGEST_FILE} are read"
        return _unread(file, data, message)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _unread(file, data, "the file is UTF-16: save it as UTF-8")
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").removeprefix("\ufeff")
        message = f"byte {data[error.start]:#04x} is not UTF-8: save as UTF-8"
        return _unread(file, data, message, before)
    lines = Lines(text, file)
    problems = [mistake.problem(lines) for mistake in misleading(text)]
    try:
        policies = parse(text, file)
    except PolicySyntaxError as error:
        policies = ()
        # What follows from a misleading character is no second mistake.
        told = {problem.place.line for problem in problems if problem.place}
        problems += [p for p in error.problems if p.place and p.place.line not in told]
    for policy in policies:
        problems += [mistake.problem(lines) for mistake in _annotations(policy)]
    problems.sort(key=lambda problem: problem.place or Place(file, 0, 0))
    return _File(file=file, data=data, lines=lines, policies=policies, problems=tuple(problems))


def _unread(file: Path, data: bytes, message: str, before: str = "") -> _File:
    place = Lines(before, file).place(len(before))
    problem = Problem(path=(), message=message, place=place)
    return _File(file=file, data=data, lines=Lines("", file), problems=(problem,))


def _annotations(policy: Policy) -> Iterator[MistakeError]:
    is_misspelt = False
    for name in policy.annotations:
        if name not in ANNOTATIONS:
            meant = nearest(name, ANNOTATIONS)
            is_misspelt |= meant == "id"
            yield MistakeError(
                f"there is no annotation @{name}",
                policy.places[name].start,
                allowed=listed(f"@{one}" for one in ANNOTATIONS),
                nearest=meant,
            )
    if "callout" in policy.annotations and not policy.annotations["callout"].strip():
        message = "@callout does not say why the policy may be decided by a call-out"
        hint = '@callout("why")'
        yield MistakeError(message, policy.places["callout"].start, allowed=hint)
    if is_misspelt:
        return
    if "id" not in policy.annotations:
        message = "the policy has no id: decisions are told by it"
        hint = '@id("kebab-case") before it'
        yield MistakeError(message, policy.at.start, value=policy.effect.value, allowed=hint)
    elif len(policy.id) > LONGEST_ID:
        message = f"the id has {len(policy.id)} characters: not more than {LONGEST_ID} are shown"
        yield MistakeError(message, policy.places["id"].start)
    elif policy.id in _TAKEN:
        yield MistakeError(
            f'"{policy.id}" is what records call a decision that no policy makes',
            policy.places["id"].start,
            value=policy.id,
            allowed="another id",
        )
    elif not _KEBAB.fullmatch(policy.id):
        yield MistakeError(
            f'"{shortened(policy.id)}" cannot be an id',
            policy.places["id"].start,
            value=policy.id,
            allowed="small letters, digits and single hyphens, such as support-reads-orders",
            nearest=_kebab(policy.id),
        )


_TAKEN: Final = frozenset({"default", "unreadable"})
"""Names of decisions that no policy makes."""


def _kebab(written: str) -> str | None:
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", written)
    meant = re.sub(r"[^a-z0-9]+", "-", apart.lower()).strip("-")
    return meant if meant != written and _KEBAB.fullmatch(meant) else None


def _twice(policies: Sequence[Policy], lines: Mapping[Path, Lines]) -> Iterator[Problem]:
    counts = Counter(policy.id for policy in policies)
    first: dict[str, Policy] = {}
    for policy in policies:
        if not policy.id or counts[policy.id] < 2:
            continue
        other = first.setdefault(policy.id, policy)
        if other is not policy:
            place = lines[other.file].place(other.places["id"].start)
            message = f'the id "{policy.id}" is taken: {place} has it'
            at = policy.places["id"].start
            yield MistakeError(message, at, value=policy.id).problem(lines[policy.file])


def _hash(sources: Sequence[tuple[Path, bytes]]) -> str:
    found = sha256()
    for file, data in sources:
        name = file.as_posix().encode()
        # Lengths first: no two sets are written the same.
        found.update(len(name).to_bytes(4, "big") + name + len(data).to_bytes(8, "big") + data)
    return found.hexdigest()
