"""A clock for tests, and OpenSSL's opinion at the time it shows."""

import stat
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path


@dataclass
class HeldClock:
    """Stands still until it is moved."""

    moment: datetime = field(default_factory=lambda: datetime(2026, 11, 23, 12, tzinfo=UTC))

    def now(self) -> datetime:
        return self.moment

    def step(self, **by: float) -> None:
        self.moment += timedelta(**by)


def openssl_says(
    chain: Path, bundle: Path, clock: HeldClock, *more: str, strict: bool = True
) -> str:
    """Return ``OK`` or what OpenSSL has against the first certificate of ``chain``."""
    moment = str(int(clock.now().timestamp()))
    command = ["openssl", "verify", "-attime", moment, "-CAfile", str(bundle)]
    command += ["-x509_strict"] if strict else []
    command += ["-untrusted", str(chain), *more, str(chain)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return "OK" if ran.returncode == 0 else ran.stderr


def assert_private(state: Path) -> None:
    """Nothing below ``state`` is open to others, and no writer left anything half done."""
    for path in (state, *state.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        if path.is_dir():
            assert mode == 0o700, path
        elif path.suffix in {".key", ".pem"} and path.name != "trust.pem":
            assert mode == 0o600, path
        else:
            assert mode & 0o022 == 0, path
        assert not path.name.startswith(".new-"), path
