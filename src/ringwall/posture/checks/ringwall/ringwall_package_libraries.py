"""Ringwall runs with the libraries that it was made for.

Why: an older library has holes that Ringwall asks for a newer one for; half an upgrade is neither.
Fix: install Ringwall anew by its lock, in an environment of its own, and start it again.

What is installed is compared with what this version of Ringwall asks for. Whether somebody has
published a newer one since, of a library or of Ringwall, is not asked of the internet: not known.
"""

import re
from collections.abc import Mapping

from ringwall.core.observations import UnknownError
from ringwall.posture.checking import (
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)

CHECK = Check(
    judges="ringwall-package",
    severity=Severity.MEDIUM,
    reads=("libraries",),
    controls=(
        "nist-800-53r5 CM-2 supporting",
        "owasp-asvs 15.2.1 supporting",
    ),
)
_VERSION = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,5}")
_BOUND = re.compile(r"(>=|<=|==|!=|<|>)\s*([0-9.]+?)(\.\*)?")
Release = tuple[int, ...]


def judge(it: Subject, world: World) -> Judgment:
    """Each library counts; a version that is no plain number is not compared."""
    told = it.read("libraries")
    runs, installed = str(told["runs"]), str(told["installed"])
    if runs != installed:
        return fails(f"Ringwall {runs} runs, and {installed} is installed: an upgrade is half done")
    wrong, unclear = [], []
    for one in told["needs"]:
        try:
            if not _fits(one):
                wrong.append(f"{one['name']} {one['installed'] or 'is missing'} ({one['wanted']})")
        except UnknownError as error:
            unclear.append(error.why)
    if wrong:
        return fails(f"not what Ringwall {runs} asks for: {', '.join(wrong)}")
    if unclear:
        raise UnknownError("; ".join(unclear))
    many = len(told["needs"])
    return passes(
        f"{many} libraries are such as Ringwall {runs} asks for; of newer nobody here knows"
    )


def _fits(one: Mapping[str, str | None]) -> bool:
    if one["installed"] is None:
        return False
    release = _release(str(one["installed"]), str(one["name"]))
    bounds = [part.strip() for part in str(one["wanted"]).split(",") if part.strip()]
    return all(_holds(bound, release, str(one["name"])) for bound in bounds)


def _holds(bound: str, release: Release, name: str) -> bool:
    told = _BOUND.fullmatch(bound)
    if told is None:
        raise UnknownError(f"what {bound} asks of {name} is not known here")
    wanted, is_any = _release(told[2], name), told[3] is not None
    if is_any:
        is_so = release[: len(wanted)] == wanted
        return is_so if told[1] == "==" else not is_so
    longest = max(len(wanted), len(release))
    have, want = _filled(release, longest), _filled(wanted, longest)
    return {
        ">=": have >= want,
        "<=": have <= want,
        "==": have == want,
        "!=": have != want,
        "<": have < want,
        ">": have > want,
    }[told[1]]


def _release(version: str, name: str) -> Release:
    if _VERSION.fullmatch(version) is None:
        raise UnknownError(f"{name} {version} is no plain version")
    return tuple(map(int, version.split(".")))


def _filled(release: Release, length: int) -> Release:
    return release + (0,) * (length - len(release))


def _libraries(installed: str | None, wanted: str, *, running: str = "1.0") -> dict[str, object]:
    need = {"name": "django", "wanted": wanted, "installed": installed}
    return {"runs": running, "installed": "1.0", "needs": [need]}


CASES = (
    case("within", PASS, libraries=_libraries("5.2.19", ">=5.2.8,<6")),
    case("without a third number", PASS, libraries=_libraries("5.2", ">=5.2.0")),
    case("any of one", PASS, libraries=_libraries("1.40.3", "==1.40.*")),
    case("any other", FAIL, libraries=_libraries("1.4.3", "==1.40.*")),
    case("older", FAIL, libraries=_libraries("5.2.7", ">=5.2.8,<6")),
    case("newer", FAIL, libraries=_libraries("6.0", ">=5.2.8,<6")),
    case("missing", FAIL, libraries=_libraries(None, ">=5.2.8")),
    case("half an upgrade", FAIL, libraries=_libraries("5.2.9", ">=5", running="0.9")),
    case("before its release", UNKNOWN, libraries=_libraries("6.0rc1", ">=5.2.8")),
    case("asked for otherwise", UNKNOWN, libraries=_libraries("5.2", "~=5.2")),
    case("not installed by a package", UNKNOWN, libraries=DENIED),
)
