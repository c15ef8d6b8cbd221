"""What moto does not know of AWS, answered beside it as AWS's reference says."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.iam.models import AccessKeyLastUsed, iam_backends
from tests.posture.fixing.conftest import Account

Answer = Callable[..., dict[str, Any]]


class Beside:
    """A client of which some calls are answered here, the others by moto."""

    def __init__(self, client: Any, answers: Mapping[str, Answer]) -> None:
        self._client, self._answers = client, answers

    def __getattr__(self, name: str) -> Any:
        answer = self._answers.get(name)
        if answer is None:
            return getattr(self._client, name)
        return lambda **asked: {"ResponseMetadata": {"RequestId": "here"}, **answer(**asked)}


def beside(account: Account, service: str, **answers: Answer) -> None:
    """Have these calls of a service answered here."""
    before = account.wrap

    def wrap(name: str, client: Any) -> Any:
        client = before(name, client)
        return Beside(client, answers) if name == service else client

    account.wrap = wrap


def settings(account: Account) -> dict[str, Any]:
    """Settings of EC2 in a region, as they are in an account that nobody has touched."""
    now: dict[str, Any] = {"snapshots": "unblocked", "images": "unblocked", "metadata": {}}

    def modified(**asked: str) -> dict[str, Any]:
        now["metadata"] = {
            name: value
            for name, value in (now["metadata"] | asked).items()
            if value != "no-preference"
        }
        return {"Return": True}

    def snapshots(**asked: str) -> dict[str, Any]:
        now["snapshots"] = asked.get("State", "unblocked")
        return {"State": now["snapshots"]}

    def images(**asked: str) -> dict[str, Any]:
        now["images"] = asked.get("ImageBlockPublicAccessState", "unblocked")
        return {"ImageBlockPublicAccessState": now["images"]}

    beside(
        account,
        "ec2",
        get_snapshot_block_public_access_state=lambda: {"State": now["snapshots"]},
        enable_snapshot_block_public_access=snapshots,
        disable_snapshot_block_public_access=snapshots,
        get_image_block_public_access_state=lambda: {
            "ImageBlockPublicAccessState": now["images"],
            "ManagedBy": now.get("by", "account"),
        },
        enable_image_block_public_access=images,
        disable_image_block_public_access=images,
        get_instance_metadata_defaults=lambda: {"AccountLevel": now["metadata"]},
        modify_instance_metadata_defaults=modified,
    )
    return now


def ago(days: int) -> datetime:
    """The time so many days ago."""
    return datetime.now(UTC) - timedelta(days=days)


def used(days: int) -> AccessKeyLastUsed:
    """What moto keeps of a key that was used so many days ago."""
    return AccessKeyLastUsed(ago(days).replace(tzinfo=None), "s3", "eu-west-1")


def access_key(name: str) -> Any:
    """A key of the only user, as moto keeps it."""
    (user,) = iam_backends["123456789012"]["aws"].users.values()
    return user.get_access_key_by_id(name)


def user_with_keys(account: Account, *keys: tuple[int, int | None]) -> list[str]:
    """The ids of keys of a user, made and used so many days ago."""
    iam = account.client("iam")
    iam.create_user(UserName="ada")
    made = [iam.create_access_key(UserName="ada")["AccessKey"]["AccessKeyId"] for _ in keys]
    for name, (age, last) in zip(made, keys, strict=True):
        key = access_key(name)
        key.create_date = ago(age).replace(tzinfo=None)
        key.last_used = None if last is None else used(last)
    return made


def analyzers(account: Account) -> list[dict[str, Any]]:
    """Analyzers of a region: at first one of unused access alone."""
    unused = {"name": "outside", "type": "ACCOUNT_UNUSED_ACCESS", "status": "ACTIVE"}
    now: list[dict[str, Any]] = [unused]

    def create(**asked: str) -> dict[str, Any]:
        name = asked["analyzerName"]
        now.append({"name": name, "type": asked["type"], "status": "ACTIVE"})
        return {"arn": f"arn:aws:access-analyzer:::{name}"}

    def delete(**asked: str) -> dict[str, Any]:
        now[:] = [one for one in now if one["name"] != asked["analyzerName"]]
        return {}

    beside(
        account,
        "accessanalyzer",
        list_analyzers=lambda: {"analyzers": list(now)},
        create_analyzer=create,
        delete_analyzer=delete,
    )
    return now
