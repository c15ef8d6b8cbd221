"""boto3's clients as they are used here. boto3 comes with ``pip install 'ringwall[aws]'``."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

_POOL: Final = 16
_NAME: Final = "ringwall-posture"
"""How a session of a role is called in the account's records."""


def clients(
    profile: str | None = None,
    role: str | None = None,
    external_id: str | None = None,
    calls: Iterable[str] | None = None,
) -> tuple[Callable[[str, str], Any], str]:
    """What makes a client of a service in a region, and the region to begin with.

    With a role its credentials are used, had anew before they expire. With ``calls`` clients have
    those operations (``service:Operation``) and no others. ``ImportError`` says what to install;
    what is wrong with the profile is a ``ValueError``.
    """
    try:
        import botocore.session  # noqa: PLC0415 - an extra; boto3's own part is not needed
        from botocore.config import Config  # noqa: PLC0415
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415
    except ImportError as error:
        msg = "AWS is read with boto3: pip install 'ringwall[aws]'"
        raise ImportError(msg) from error
    config = Config(
        retries={"total_max_attempts": 1},
        connect_timeout=10,
        read_timeout=30,
        max_pool_connections=_POOL,
        user_agent_extra=_NAME,
    )
    try:
        session = botocore.session.Session(profile=profile)
        session.get_scoped_config()
    except BotoCoreError as error:
        raise ValueError(f"{error}") from error
    home = session.get_config_variable("region") or "us-east-1"
    if role is not None:
        session = _as_role(session, role, external_id, home)
    _read_fast(session, calls)
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")

    def client(service: str, region: str) -> Any:
        made = session.create_client(service, region_name=region, config=config)
        if endpoint:
            made.meta.events.register("request-created", _without_prefix(endpoint))
        return made

    return client, home


def unknown_regions(names: Iterable[str]) -> list[str]:
    """Those of which boto3's own list says nothing: misspelt, or younger than it."""
    from botocore.loaders import create_loader  # noqa: PLC0415 - an extra

    # the list of all endpoints would tell as well, and takes 18 MB
    partitions = create_loader().load_data("partitions")["partitions"]
    known = {region for one in partitions for region in one["regions"]}
    return [one for one in names if one not in known]


def _read_fast(session: Any, calls: Iterable[str] | None) -> None:
    """Have answers parsed fast, and models small where it is known what is called."""
    from ringwall.posture.collecting.models import Narrow, moment  # noqa: PLC0415 - an extra

    parsers = session.get_component("response_parser_factory")
    parsers.set_parser_defaults(timestamp_parser=moment)
    if calls is not None:
        told = session.get_config_variable("data_path") or ""
        paths = [
            os.path.expandvars(Path(one).expanduser()) for one in told.split(os.pathsep) if one
        ]
        session.register_component("data_loader", Narrow(paths, calls))


def _as_role(session: Any, role: str, external_id: str | None, home: str) -> Any:
    """A session with a role's credentials, which botocore renews by the session's own."""
    import botocore.session  # noqa: PLC0415 - an extra
    from botocore.credentials import (  # noqa: PLC0415
        AssumeRoleCredentialFetcher,
        DeferredRefreshableCredentials,
    )

    own = session.get_credentials()
    more = {"RoleSessionName": _NAME} | ({"ExternalId": external_id} if external_id else {})
    if own is None:
        return session  # the first call says so
    fetcher = AssumeRoleCredentialFetcher(
        lambda service, **_: session.create_client(service, region_name=home),
        own,
        role,
        extra_args=more,
    )
    inner = botocore.session.Session()
    inner._credentials = DeferredRefreshableCredentials(  # noqa: SLF001 - botocore has no other way
        refresh_using=fetcher.fetch_credentials, method="assume-role"
    )
    return inner


def _without_prefix(endpoint: str) -> Callable[..., None]:
    """S3 Control has a host for each account; whoever names another endpoint has only that one."""
    host = urlsplit(endpoint).netloc

    def strip(request: Any, **_: Any) -> None:
        parts = urlsplit(request.url)
        if parts.netloc != host and parts.netloc.endswith(f".{host}"):
            request.url = urlunsplit(parts._replace(netloc=host))

    return strip
