"""Generate an account of a size into moto's server, by boto3, as its owners would have made it."""

from collections.abc import Callable
from typing import Any

from tests.posture.accounts import buckets, machines, people, stores
from tests.posture.accounts.making import Making, Size


def generate(
    client: Callable[[str], Any],
    size: Size,
    *,
    account: str = "123456789012",
    seed: int = 7,
) -> Making:
    """Make it."""
    making = Making(client, account, seed)
    if size.users or size.roles:
        people.account(making)
    making.fill(buckets.KIND, size.buckets, buckets.SPECIMENS, "bucket")
    making.fill(people.USER, size.users, people.USERS, "user")
    making.fill(people.ROLE, size.roles, people.ROLES, "role")
    making.fill(machines.GROUP, size.groups, machines.GROUPS, "group")
    making.fill(machines.INSTANCE, size.instances, machines.INSTANCES, "instance")
    making.fill(machines.VOLUME, size.volumes, machines.VOLUMES, "volume")
    making.fill(stores.DATABASE, size.databases, stores.DATABASES, "database")
    making.fill(stores.KEY, size.keys, stores.KEYS, "key")
    making.fill(stores.TRAIL, size.trails, stores.TRAILS, "trail")
    return making
