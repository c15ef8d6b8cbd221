"""Whether somebody is told of events of databases, by kind of what they happen to."""

from ringwall.posture.checking import Judgment, Subject, World, fails, passes

DATABASES = "aws-rds-instance"
SUBSCRIPTIONS = "aws-rds-event-subscription"


def judge_events(
    it: Subject, world: World, source: str, what: str, categories: set[str]
) -> Judgment | None:
    """Of a region with databases, by subscriptions that are on.

    One that names no source has all; one that names no categories has all of its source.
    """
    if not world.all(DATABASES, account=it.account, region=it.region):
        return None
    for one in world.all(SUBSCRIPTIONS, account=it.account, region=it.region):
        told = one.read("listed")
        several = set(told.get("EventCategoriesList") or categories)
        is_of_it = (told.get("SourceType") or source) == source
        if told.get("Enabled", True) and is_of_it and several >= categories:
            return passes(f"{one.label} tells events of {what}")
    return fails(f"nobody hears of events of {what} in {it.label}")
