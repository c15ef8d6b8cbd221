"""What Linux tells about processes, and signals that reach exactly the process meant.

A pid alone names nobody: the kernel gives it to a stranger later. Here a process is a pid with
its start time (:class:`Identity`), and signals travel through a pidfd, which cannot be reused.
"""

import contextlib
import fcntl
import os
import signal
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")

MARK: Final = "RINGWALL_PROCESS"
"""Environment variable by which a descendant is recognised that left its session."""

_PIDFD_GET_INFO: Final = 0xC040FF0B
"""``_IOWR(0xFF, 11, 64 bytes)``, linux/pidfd.h, Linux 6.13."""

_PIDFD_INFO_EXIT: Final = 1 << 3
"""linux/pidfd.h, Linux 6.15: the exit status of a process that is not our child."""


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """One process of this boot. ``start`` is in clock ticks since boot (proc_pid_stat(5), 22)."""

    pid: int
    start: int


@dataclass(frozen=True, slots=True)
class ProcessFacts:
    """A row of the process table; ``resident`` in bytes, ``dead`` for a zombie."""

    identity: Identity
    parent: int
    session: int
    resident: int
    dead: bool


def boot_identity() -> str:
    """Names this boot and pid namespace: identities of another one mean nothing here."""
    boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    return f"{boot} {(_PROC / 'self/ns/pid').readlink()}"


def facts_of(pid: int) -> ProcessFacts | None:
    """Read what the kernel knows of ``pid``, or None when there is no such process."""
    try:
        line = (_PROC / str(pid) / "stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name stands in parentheses and may itself hold spaces and parentheses.
    fields = line[line.rindex(b")") + 2 :].split()
    return ProcessFacts(
        identity=Identity(pid, int(fields[19])),
        parent=int(fields[1]),
        session=int(fields[3]),
        resident=int(fields[21]) * _PAGE,
        dead=fields[0] in {b"Z", b"X"},
    )


def is_alive(identity: Identity) -> bool:
    """Whether exactly this process still runs."""
    facts = facts_of(identity.pid)
    return facts is not None and facts.identity == identity and not facts.dead


def process_table() -> dict[int, ProcessFacts]:
    """Every process that can be seen, by pid."""
    rows = (facts_of(int(name)) for name in os.listdir(_PROC) if name.isdigit())  # noqa: PTH208 - a Path for each process is dear
    return {row.identity.pid: row for row in rows if row is not None}


def mark_of(pid: int) -> str | None:
    """Read the :data:`MARK` a process was started with; None too when it may not be read."""
    try:
        environment = (_PROC / str(pid) / "environ").read_bytes()
    except OSError:
        return None
    wanted = f"{MARK}=".encode()
    for entry in environment.split(b"\0"):
        if entry.startswith(wanted):
            return entry[len(wanted) :].decode(errors="replace")
    return None


def members(
    table: Mapping[int, ProcessFacts],
    *,
    leader: Identity | None,
    marked: Callable[[int], bool],
    spared: frozenset[int],
) -> tuple[ProcessFacts, ...]:
    """Find the living processes that belong to ``leader`` or are ``marked``, with all descendants.

    A process belongs to the leader's session even when the leader is gone, but not when the
    leader's pid has been given to a stranger, who then leads a session of that number. The
    ``spared`` pids never count.
    """
    chosen: set[int] = set()
    stranger = leader is not None and leader.pid in table and table[leader.pid].identity != leader
    for pid, row in table.items():
        in_session = leader is not None and not stranger and leader.pid in {row.session, pid}
        if in_session or (not row.dead and marked(pid)):
            chosen.add(pid)
    chosen -= spared
    grown = True
    while grown:
        children = {pid for pid, row in table.items() if row.parent in chosen} - spared
        grown = not children <= chosen
        chosen |= children
    return tuple(table[pid] for pid in sorted(chosen) if not table[pid].dead)


def self_and_ancestors(table: Mapping[int, ProcessFacts]) -> frozenset[int]:
    """List the pids that must never be ended by mistake: our own and those above it."""
    pids: set[int] = set()
    pid = os.getpid()
    while pid in table and pid not in pids:
        pids.add(pid)
        pid = table[pid].parent
    return frozenset(pids)


def open_exactly(identity: Identity) -> int | None:
    """Open a pidfd (the caller closes it) of exactly this process, or None when it is gone."""
    try:
        pidfd = os.pidfd_open(identity.pid)
    except ProcessLookupError:
        return None
    if is_alive(identity):
        return pidfd
    os.close(pidfd)
    return None


def send(pidfd: int, signum: signal.Signals) -> None:
    """Signal the process behind ``pidfd``; nothing happens if it is gone, or another user's."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        signal.pidfd_send_signal(pidfd, signum)


def exit_status(pidfd: int) -> int | None:
    """How somebody else's child ended, as :attr:`subprocess.Popen.returncode`.

    None on kernels before 6.15, and until its parent has reaped it.
    """
    request = struct.pack("=Q56x", _PIDFD_INFO_EXIT)
    try:
        answer = fcntl.ioctl(pidfd, _PIDFD_GET_INFO, request)
    except OSError:
        return None
    mask, status = struct.unpack("=Q52xi", answer)
    if not mask & _PIDFD_INFO_EXIT:
        return None
    return os.waitstatus_to_exitcode(status)
