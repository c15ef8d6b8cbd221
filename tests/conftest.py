"""What holds for every test: no way out of this machine, and signals that mean what they say."""

import ipaddress
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings
from tests.runtime import migrated

# How fast examples are made says nothing about what is tested, and machines are busy at times.
settings.register_profile("ringwall", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ringwall")

_SECONDS: Final = {
    "test_pages.py": 270,
    "test_readme.py": 240,
    "test_kills.py": 230,
    "test_every_change.py": 200,
    "test_scripts.py": 190,
    "test_reload.py": 180,
    "test_acme_edge.py": 150,
    "test_revocation.py": 115,
    "test_tls_scans.py": 80,
    "test_inside.py": 75,
    "test_wheel.py": 75,
    "test_tester.py": 72,
    "test_twelve_hours.py": 72,
    "test_worker.py": 70,
    "test_shadow_live.py": 70,
    "test_acme.py": 65,
    "test_callouts_live.py": 60,
    "test_first_day.py": 50,
    "test_alarm.py": 45,
    "test_matrix.py": 45,
    "test_envoy_as_cedar.py": 40,
}
"""What the longest files take, roughly, on one of two busy cores."""


def pytest_configure() -> None:
    """Prepare every process that runs tests; xdist has several."""
    # Jobs in the background are started with these ignored, and their children inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    sys.addaudithook(_refuse_the_world)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out, unread, files of which ``make test`` would deselect every test.

    To import a file takes longer than to see that it has no test with the mark that is asked for,
    or that every one of its tests has the mark that is not.
    """
    if not collection_path.name.startswith("test_") or collection_path.suffix != ".py":
        return None
    return _WITHOUT_ANY.get(config.option.markexpr, _never)(collection_path.read_text()) or None


def _never(text: str) -> bool:
    del text
    return False


_WITHOUT_ANY: Final[dict[str, Callable[[str], bool]]] = {
    "alone": lambda text: "mark.alone" not in text,
    "e2e and not alone": lambda text: "mark.e2e" not in text,
    "not e2e": lambda text: (
        re.search(r"^pytestmark = .*mark\.e2e\b", text, re.MULTILINE) is not None
    ),
}
"""By what ``-m`` asks for: whether a file with this text has no such test."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, else a core has nothing to do at the end."""
    items.sort(key=lambda item: -_SECONDS.get(item.path.name, 0))


@pytest.fixture(scope="session", autouse=True)
def _tables_are_made_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    migrated.base_of_run = tmp_path_factory.getbasetemp()


def _refuse_the_world(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in {"socket.connect", "socket.sendto"}:
        return
    address = arguments[1]
    if not isinstance(address, tuple):  # a unix socket
        return
    host = str(address[0]).partition("%")[0]
    if host in {"localhost", ""}:
        return
    try:
        is_here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_here = False
    if not is_here:
        raise RuntimeError(f"a test wants to reach {host}: loopback only")
