"""Where things of the log lie below the state folder."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """Paths of one installation's log. ``state`` is kept, ``run`` is of the present run.

    ``copy`` is a log folder that lies elsewhere: a copy, to be verified.
    """

    state: Path
    run: Path
    copy: Path | None = None

    @property
    def log(self) -> Path:
        """All of the log but what signs it."""
        return self.copy or self.state / "log"

    @property
    def keys(self) -> Path:
        """The keys that sign: outside the state, which the web process may read."""
        return self.state.with_name(f"{self.state.name}-notary")

    @property
    def witness(self) -> Path:
        """The key with which logs of others are cosigned, and what was."""
        return self.keys / "witness"

    @property
    def notary(self) -> Path:
        """The socket of what signs."""
        return self.run / "notary.sock"

    @property
    def tree(self) -> Path:
        """Hash tiles and checkpoints."""
        return self.log / "tree"

    @property
    def journal(self) -> Path:
        """Batches of events that were accepted."""
        return self.log / "journal"

    @property
    def events(self) -> Path:
        """The table."""
        return self.log / "events"

    @property
    def subjects(self) -> Path:
        """The keys under which personal parts are sealed."""
        return self.log / "subjects.sqlite3"

    @property
    def lock(self) -> Path:
        """Held by the one collector."""
        return self.log / "collector.lock"

    @property
    def told(self) -> Path:
        """What the collector tells of itself."""
        return self.run / "collector.json"

    @property
    def ready(self) -> Path:
        """The socket that takes connections while the collector does its work."""
        return self.run / "collector.sock"

    @property
    def edge(self) -> tuple[Path, Path]:
        """What the edge records: of those whom it knows, and of strangers."""
        folder = self.state / "spool" / "edge"
        return folder / "access.jsonl", folder / "strangers.jsonl"

    @property
    def activity(self) -> Path:
        """What Ringwall records of itself."""
        return self.state / "spool" / "activity" / "activity.jsonl"

    @property
    def intake(self) -> Path:
        """What the protected services send."""
        return self.state / "spool" / "intake" / "intake.jsonl"

    @property
    def intake_socket(self) -> Path:
        """Where the process that takes them is asked how it fares."""
        return self.run / "intake.sock"

    @property
    def intake_told(self) -> Path:
        """What that process tells of itself."""
        return self.run / "intake.json"

    @property
    def vouching_told(self) -> Path:
        """How it stands with witnesses and anchors."""
        return self.vouched / "status.json"

    @property
    def vouched(self) -> Path:
        """What waits for anchors, and how it stands with those who vouch for the log."""
        return self.log / "anchors"
