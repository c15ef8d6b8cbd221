"""Rules of the inventory go by the tags of buckets, which a call of its own tells."""

from typing import Final

from ringwall.core.components import Found
from ringwall.core.observations import Observation, State
from ringwall.posture.listings import _told
from ringwall.posture.snapshot.snapshot import Seen

BUCKET: Final = Found(kind="aws-s3-bucket", name="arn:aws:s3:::a", label="a")


def test_the_inventory_is_told_the_tags_that_were_read_by_themselves() -> None:
    seen = Seen(BUCKET)
    assert _told(seen, {}).found.tags == ()
    seen.aspects["tags"] = Observation(State.DENIED, why="AccessDenied")
    assert _told(seen, {}).found.tags == ()
    seen.aspects["tags"] = Observation(State.KNOWN, [{"Key": "team", "Value": "shop"}])
    assert _told(seen, {}).found.tags == (("team", "shop"),)
    assert seen.found.tags == ()
