"""``status``: how everything fares."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import typer

from ringwall.gateway.commands.asking import ask
from ringwall.gateway.commands.certificates import judged, tell_problems, time_left
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table, say
from ringwall.runtime.tables import Cell, Column

if TYPE_CHECKING:
    from ringwall.gateway.status import GatewayStatus, UpstreamStatus
    from ringwall.gateway.versions import Version
    from ringwall.runtime.installation import Installation

_GOOD: Final = "green"
_BAD: Final = "red"


@command(panel="Running", does="processes:see")
def status(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Tell how everything fares.

    Processes, listeners, upstream health, certificates and the version in force.
    """
    installation = installation_of(context)
    run = ask(installation, "status")

    from ringwall.gateway.opening import open_gateway
    from ringwall.gateway.status import gateway_status

    gateway = gateway_status(open_gateway(installation), now=datetime.now(UTC))
    if as_json:
        print_json({**run, **gateway.to_json()})
        return
    _print_summary(run, gateway)
    _print_processes(run)
    say("")
    _print_doors(gateway)
    say("")
    _print_upstreams(gateway, installation)
    say("")
    _print_certificates(gateway)
    if gateway.callouts:
        say("")
        print_table(
            (
                Column("route with call-outs"),
                Column("answered", right=True),
                Column("denied unanswered", right=True),
            ),
            [
                (
                    one.route,
                    str(one.answered),
                    Cell(str(one.failed), _BAD if one.failed else ""),
                )
                for one in gateway.callouts
            ],
            empty="",
        )
    for proxy in gateway.unknown:
        say(f"{proxy} does not answer: its listeners and upstreams are unknown", style=_BAD)


def _print_summary(run: dict[str, Any], gateway: "GatewayStatus") -> None:
    processes, upstreams = run["processes"], gateway.upstreams
    ready = sum(one["state"] == "ready" for one in processes)
    healthy = sum(one.healthy for one in upstreams)
    say(
        ("Ringwall runs: ", "bold"),
        _counted(ready, len(processes), "processes are ready"),
        ", ",
        _counted(healthy, len(upstreams), "upstream addresses are healthy"),
    )
    if gateway.version is not None:
        say(_version(gateway.version))
    if gateway.shadow is not None:
        say(
            f"A shadow of {gateway.shadow.folder} is counted until "
            f"{gateway.shadow.until:%Y-%m-%d %H:%M} UTC; `ringwall access shadow status` tells more"
        )
    if gateway.damaged is not None:
        say(gateway.damaged, style=_BAD)
    if run["refused"]:
        say(
            "The files were refused, so what runs is older; `ringwall check` judges them.",
            style=_BAD,
        )
        if not run["refused"]["problems"]:
            say(run["refused"]["reason"])
    if gateway.shared is not None and gateway.shared.trouble:
        since = datetime.fromisoformat(gateway.shared.since)
        say(
            f"Redis at {gateway.shared.redis} is gone since {since:%Y-%m-%d %H:%M:%S} UTC "
            f"({gateway.shared.trouble}): this edge counts shared limits by itself.",
            style=_BAD,
        )
    for alarm in gateway.log:
        say(f"The log: {alarm}; `ringwall log` tells more", style=_BAD)
    if run["supervisor"]["guardian"] == "lost":
        say("The guardian is gone: nothing restarts Ringwall if it is killed.", style=_BAD)
    say("")


def _counted(count: int, total: int, words: str) -> tuple[str, str]:
    return f"{count} of {total} {words}", _GOOD if count == total else _BAD


def _version(version: "Version") -> str:
    return (
        f"Version {version.number} ({version.hash[:12]}) was applied "
        f"{version.time:%Y-%m-%d %H:%M:%S} UTC by {version.author}, {version.reason}"
    )


def _print_processes(run: dict[str, Any]) -> None:
    now = datetime.now(UTC)
    print_table(
        (
            Column("process"),
            Column("state"),
            Column("for", right=True),
            Column("pid", rank=2, right=True),
            Column("memory", rank=1, right=True),
            Column("restarts", rank=1, right=True),
            Column("last exit", rank=3, least=12),
        ),
        [
            (
                one["name"],
                Cell(one["state"], _GOOD if one["state"] == "ready" else _BAD),
                age(now - datetime.fromisoformat(one["since"])),
                one["pid"] or "",
                f"{one['resident_bytes'] / 1e6:.0f} MB",
                Cell(str(one["restarts"]), "yellow" if one["restarts"] else ""),
                one["last_exit"] or "",
            )
            for one in run["processes"]
        ],
        empty="no process runs",
    )


def _print_doors(found: "GatewayStatus") -> None:
    print_table(
        (Column("listener"), Column("of"), Column("address")),
        [(one.name, one.proxy, one.address) for one in found.listeners],
        empty="no listener is open",
    )


def _print_upstreams(found: "GatewayStatus", installation: "Installation") -> None:
    root = f"unix:{installation.config.parent}/"
    print_table(
        (
            Column("upstream"),
            Column("seen by", rank=1),
            Column("address", rank=2, least=16, shorten="start"),
            Column("health", least=16),
        ),
        [
            (_upstream(one), one.proxy, one.address.replace(root, "unix:"), _health(one))
            for one in found.upstreams
        ],
        empty="there is no upstream",
    )


def _upstream(one: "UpstreamStatus") -> str:
    """The service; for a sidecar's own one, which that is."""
    from ringwall.gateway.envoy.clusters import OWN_SERVICE

    owner = one.proxy.removeprefix("sidecar-")
    return f"{owner} itself" if one.service == OWN_SERVICE else one.service


def _health(one: "UpstreamStatus") -> Cell:
    if one.healthy:
        return Cell("healthy", _GOOD)
    return Cell(", ".join(one.reasons), _BAD)


def _print_certificates(found: "GatewayStatus") -> None:
    print_table(
        (
            Column("certificate"),
            Column("from", rank=1),
            Column("left", right=True),
            Column("state"),
        ),
        [
            (one.name, one.source, time_left(one.days_left), judged(one))
            for one in found.certificates
        ],
        empty="there is no certificate",
    )
    tell_problems(found.certificates)


def age(passed: timedelta) -> str:
    """A length of time as a person says it: ``12 s``, ``3 min``, ``5 h``, ``2 days``."""
    seconds = max(0, int(passed.total_seconds()))
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
