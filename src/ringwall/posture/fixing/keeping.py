"""Plans on the disk: a file each, renamed into place and synced, that nobody else reads."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from ringwall.posture.fixing.plans import Plan, decoded, encoded
from ringwall.runtime.private_files import locked, write_private

_NAME: Final = re.compile(r"[0-9a-f]{12}")


class Plans:
    """The plans of an installation, below its state folder."""

    def __init__(self, state: Path) -> None:
        self._folder = state / "posture" / "plans"

    def keep(self, plan: Plan) -> None:
        """Have it on the disk when this returns."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(self._folder / f"{plan.id}.json", encoded(plan))

    def get(self, name: str) -> Plan:
        """The plan with this id; ``ValueError`` says that there is none, or that it is damaged."""
        path = self._folder / f"{name}.json"
        if not _NAME.fullmatch(name) or not path.is_file():
            msg = f"there is no plan {name}: `ringwall posture fix list` lists them"
            raise ValueError(msg)
        try:
            return decoded(path.read_bytes())
        except ValueError as error:
            msg = f"{path}: {error}: delete it and make the plan anew"
            raise ValueError(msg) from error

    def all(self) -> Iterator[Plan]:
        """All plans, newest first."""
        names = [one.stem for one in self._folder.glob("*.json") if _NAME.fullmatch(one.stem)]
        yield from sorted(map(self.get, names), key=lambda one: one.made, reverse=True)

    def only_here(self) -> AbstractContextManager[None]:
        """Held while a plan is applied: one at a time."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return locked(self._folder / ".lock")
