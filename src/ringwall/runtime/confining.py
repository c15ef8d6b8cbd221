"""Confine a process to the files that it needs: Landlock of Linux, which takes no privilege.

What is not named cannot be opened any more, by this process and by all that it starts, whoever it
runs as, root included; and no process outside can be looked into, or be sent a signal.
https://docs.kernel.org/userspace-api/landlock.html

A unix socket is reached however its folder is closed. So a process may be marked, too, by what it
cannot take off: whoever listens refuses it by that (:mod:`ringwall.runtime.peers`).
"""

import ctypes
import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

_CREATE, _ADD, _RESTRICT = 444, 445, 446
"""Numbers of the system calls, the same on all architectures."""
_VERSION: Final = 1
_BENEATH: Final = 1
_NO_NEW_PRIVILEGES: Final = 38
_SECCOMP, _FILTER = 22, 2
"""prctl(2), seccomp(2)."""
_ALLOW: Final = 0x06, 0x7FFF_0000
"""The one instruction of the mark: return, and let the call be made."""

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_READ: Final = _EXECUTE | _READ_FILE | _READ_DIR
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_FILE, _TRUNCATE = (
    1 << 4,
    1 << 5,
    1 << 7,
    1 << 8,
    1 << 14,
)
_OF_FILES: Final = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | 1 << 15
_FILL: Final = _WRITE_FILE | _READ_FILE | _READ_DIR | _TRUNCATE | _REMOVE_FILE | _MAKE_FILE
_WRITE: Final = _FILL | _REMOVE_DIR | _MAKE_DIR
"""No links, pipes or sockets, which would lead others elsewhere who read what is written here; no
names that are moved from one folder to another; nothing is run."""
_LISTEN: Final = _FILL | 1 << 9
_RIGHTS: Final = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"""What there is to be allowed, from a version of the interface on."""
_SCOPES_SINCE: Final = 6
_SCOPES: Final = 1 << 0 | 1 << 1
"""Abstract sockets and processes outside: they cannot be reached."""


class NotConfinedError(OSError):
    """The kernel cannot, or may not, do it; the text says why."""


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("yes", ctypes.c_uint8),
        ("no", ctypes.c_uint8),
        ("k", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("first", ctypes.POINTER(_Instruction)))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version() -> int:
    """The version of the interface that this kernel has; 0 where it has none."""
    return max(0, _call(_CREATE, None, 0, _VERSION))


def confine(
    *,
    reads: Iterable[Path],
    fills: Iterable[Path] = (),
    writes: Iterable[Path] = (),
    listens: Iterable[Path] = (),
) -> None:
    """Leave this process what lies below ``reads``, and more below the others.

    Below ``fills`` it makes, changes and deletes plain files, below ``writes`` folders too, and
    below ``listens`` files and sockets. Call it before there are other threads. What is not there
    is passed over. :class:`NotConfinedError` where it cannot be done: then nothing is confined.
    """
    _require_no_threads()
    found = version()
    if found == 0:
        raise NotConfinedError("this kernel has no Landlock")
    rights = _RIGHTS[max(since for since in _RIGHTS if since <= found)]
    wanted = _Ruleset(rights, 0, _SCOPES if found >= _SCOPES_SINCE else 0)
    # The kernel of an older version knows no more than the first member.
    size = ctypes.sizeof(wanted) if wanted.scoped else ctypes.sizeof(ctypes.c_uint64)
    ruleset = _checked(_CREATE, ctypes.byref(wanted), size, 0)
    try:
        for allowed, paths in (
            (_READ & rights, reads),
            (_FILL & rights, fills),
            (_WRITE & rights, writes),
            (_LISTEN & rights, listens),
        ):
            for path in paths:
                with suppress(FileNotFoundError):
                    _allow(ruleset, path, allowed)
        _give_up_privileges()
        _checked(_RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)


def mark() -> None:
    """Mark this process and all that it starts as confined, with a seccomp filter that lets all by.

    Call it before there are other threads. :class:`NotConfinedError` where it cannot be done.
    """
    _require_no_threads()
    _give_up_privileges()
    only = _Instruction(_ALLOW[0], 0, 0, _ALLOW[1])
    program = _Program(1, ctypes.pointer(only))
    if _libc().prctl(_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) != 0:
        msg = f"it cannot be marked as confined: {os.strerror(ctypes.get_errno())}"
        raise NotConfinedError(msg)


def _require_no_threads() -> None:
    """One that is there already would not be confined, only this one and those it starts."""
    threads = len(os.listdir("/proc/self/task"))  # noqa: PTH208
    if threads > 1:
        msg = f"it has {threads} threads already, which would not be confined"
        raise NotConfinedError(msg)


def _give_up_privileges() -> None:
    if _libc().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        raise NotConfinedError("this process cannot give up new privileges")


def _allow(ruleset: int, path: Path, allowed: int) -> None:
    parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(parent).st_mode):
            allowed &= _OF_FILES
        rule = _Beneath(allowed, parent)
        _checked(_ADD, ruleset, _BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(parent)


def _checked(number: int, *given: object) -> int:
    found = _call(number, *given)
    if found < 0:
        code = ctypes.get_errno()
        msg = f"Landlock refused it: {os.strerror(code)}"
        raise NotConfinedError(code, msg)
    return found


def _call(number: int, *given: object) -> int:
    return int(_libc().syscall(number, *given))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
