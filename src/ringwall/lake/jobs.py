"""What the log needs by the clock besides its own processes: spools that are read on go."""

from datetime import UTC, datetime

from ringwall.lake.intake.controlling import reopen
from ringwall.lake.intake.keeping import keep_read
from ringwall.lake.journal import Journal
from ringwall.lake.places import Places
from ringwall.runtime.installation import Installation
from ringwall.runtime.jobs import job


@job(name="intake-spool", minutes=1)
def keep_intake_spool(installation: Installation) -> str:
    """Close what services sent, and delete what stands in the log durably: nothing else."""
    places = Places(installation.state, installation.run)
    if not places.intake.parent.is_dir():
        return "services have sent nothing"
    done = keep_read(
        places.intake,
        Journal(places.journal).marks().get("intake"),
        now=datetime.now(UTC),
        reopen=lambda: reopen(places.intake_socket),
    )
    return ", ".join(done) or "nothing was due"
