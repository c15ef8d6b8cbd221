"""The inventory's job."""

from ringwall.runtime.installation import Installation
from ringwall.runtime.jobs import job


@job(name="fill-inventory", minutes=30, after_change=True)
def fill_inventory(installation: Installation) -> str:
    """Take in what the modules know, and find out what the internet reaches."""
    from ringwall.inventory import filling  # noqa: PLC0415 - jobs are also listed without tables

    several = list(filling.fill(installation))
    failed = [one for one in several if one.taken is None]
    if failed:
        msg = "; ".join(f"{one.source} {one.scope}: {one.failed}" for one in failed)
        raise RuntimeError(msg)
    told = [one.taken for one in several if one.taken is not None]
    appeared, changed = sum(one.appeared for one in told), sum(one.changed for one in told)
    vanished = sum(one.vanished for one in told)
    return f"{appeared} components appeared, {changed} changed, {vanished} vanished"
