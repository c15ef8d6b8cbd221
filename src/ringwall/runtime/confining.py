"""Confine a process to the files that it needs: Landlock of Linux, which takes no privilege.

What is not named cannot be opened any more, by this process and by all that it starts, whoever it
runs as, root included; and no process outside can be looked into.
https://docs.kernel.org/userspace-api/landlock.html
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

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_READ: Final = _EXECUTE | _READ_FILE | _READ_DIR
_OF_FILES: Final = _EXECUTE | _WRITE_FILE | _READ_FILE | 1 << 14 | 1 << 15
_RIGHTS: Final = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"""What there is to be allowed, from a version of the interface on."""


class NotConfinedError(OSError):
    """The kernel cannot, or may not, do it; the text says why."""


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64),)


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version() -> int:
    """The version of the interface that this kernel has; 0 where it has none."""
    return max(0, _call(_CREATE, None, 0, _VERSION))


def confine(*, reads: Iterable[Path], writes: Iterable[Path]) -> None:
    """Leave this process what lies below ``reads``, and below ``writes`` with all rights.

    Call it before there are other threads. What is not there is passed over.
    :class:`NotConfinedError` where it cannot be done: then nothing is confined.
    """
    found = version()
    if found == 0:
        raise NotConfinedError("this kernel has no Landlock")
    rights = _RIGHTS[max(since for since in _RIGHTS if since <= found)]
    wanted = _Ruleset(rights)
    ruleset = _checked(_CREATE, ctypes.byref(wanted), ctypes.sizeof(wanted), 0)
    try:
        for allowed, paths in ((_READ & rights, reads), (rights, writes)):
            for path in paths:
                with suppress(FileNotFoundError):
                    _allow(ruleset, path, allowed)
        if _libc().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
            raise NotConfinedError("this process cannot give up new privileges")
        _checked(_RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)


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
