"""Which challenge answers an order shows, so that a killed order's are taken back all the same."""

import json
from pathlib import Path

from ringwall.gateway.certificates.challenges import ChallengePublisher
from ringwall.runtime.private_files import write_private


class Shown:
    """The answers of the order in ``folder``. Whoever uses it holds the host's ACME lock."""

    def __init__(self, folder: Path, publisher: ChallengePublisher) -> None:
        self._path, self._publisher = folder / "shown.json", publisher

    def note(self, host: str, token: str) -> None:
        """Write down that the token's answer is about to be shown."""
        content = json.dumps([*self._noted(), (host, token)])
        write_private(self._path, content.encode())

    def withdraw(self) -> None:
        """Take back every answer that was written down, by this process or one before it."""
        for host, token in self._noted():
            self._publisher.withdraw(host=host, token=token)
        self._path.unlink(missing_ok=True)

    def _noted(self) -> list[tuple[str, str]]:
        try:
            return [(str(host), str(token)) for host, token in json.loads(self._path.read_bytes())]
        except (FileNotFoundError, ValueError, TypeError):
            return []
