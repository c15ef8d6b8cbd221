"""Figures of the log for the metrics page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ringwall.gateway.confined import TOLD
from ringwall.lake.faring import Faring, faring
from ringwall.lake.places import Places

Sample = tuple[dict[str, str], float]


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric: its name without ``ringwall_``, what it is, its samples."""

    name: str
    words: str
    samples: tuple[Sample, ...]
    kind: str = "gauge"


def log_figures(places: Places) -> Iterator[Figure]:
    """All of them; those of processes that told nothing yet are left out."""
    found = faring(places)
    yield from _collector(found)
    if found.intake is not None:
        yield from _intake(found.intake, runs=found.intake_runs)
    yield from _vouching(found)
    yield Figure(
        "web_confined",
        "Whether the kernel keeps the web process from the keys that sign the log.",
        (({}, 1 if _confined(places.run) else 0),),
    )


def _collector(found: Faring) -> Iterator[Figure]:
    yield Figure(
        "log_collector_up",
        "Whether the collector works: 0 also where it has told nothing for some seconds.",
        (({}, 1 if found.is_fresh else 0),),
    )
    if found.signed is not None:
        yield Figure(
            "log_checkpoint_age_seconds",
            "Seconds since the newest checkpoint was signed; one is where there is anything new.",
            (({}, round(found.signed, 3)),),
        )
    told = found.told
    if told is None:
        return
    for name, words, count in (
        ("accepted", "Events that have an index in the log.", told.accepted),
        ("proven", "Events below the newest checkpoint.", told.proven),
        ("stored", "Events in the table.", told.stored),
    ):
        yield Figure(f"log_events_{name}", words, (({}, count),))
    yield Figure(
        "log_put_aside_total",
        "Lines that were no events, since the collector began.",
        (({}, told.put_aside),),
        "counter",
    )
    yield Figure(
        "log_unread_bytes",
        "Bytes of a spool that are not read into the log yet.",
        tuple(({"spool": name}, size) for name, size in told.unread.items()),
    )
    yield Figure("log_trouble", "What the collector cannot do.", _flags("what", told.trouble))


def _intake(told: Mapping[str, Any], *, runs: bool) -> Iterator[Figure]:
    yield Figure(
        "intake_taking",
        "Whether services' events are taken.",
        (({}, 1 if runs and told["taking"] else 0),),
    )
    yield Figure(
        "intake_spool_bytes",
        "Bytes of services' events on the disk that the log has not let go yet.",
        (({}, told["spool_bytes"]),),
    )
    for name, words, label, key in (
        ("accepted", "Events that were taken", "service", "accepted_of"),
        ("quarantined", "Events that were kept as evidence", "reason", "quarantined"),
        ("refused", "Senders that were not let in", "reason", "refused"),
        ("put_off", "Requests that were told to come later", "reason", "put_off"),
    ):
        samples = tuple(({label: one}, count) for one, count in told[key].items())
        yield Figure(f"intake_{name}_total", f"{words}, since it began.", samples, "counter")
    yield Figure("intake_trouble", "What is wrong with it.", _flags("about", told["troubles"]))


def _vouching(found: Faring) -> Iterator[Figure]:
    witnesses = found.vouching.get("witnesses", ())
    anchors = found.vouching.get("anchors", ())
    if witnesses:
        yield Figure(
            "log_witnessed_events",
            "Events below the checkpoint that a witness cosigned last.",
            tuple(({"witness": one["name"]}, one["size"] or 0) for one in witnesses),
        )
        yield _well("witness", witnesses, runs=found.vouching_runs)
    if anchors:
        yield Figure(
            "log_anchor_waiting",
            "Checkpoints that wait for an anchor.",
            tuple(({"anchor": one["name"]}, one["waiting"]) for one in anchors),
        )
        yield _well("anchor", anchors, runs=found.vouching_runs)


def _well(kind: str, told: Any, *, runs: bool) -> Figure:
    return Figure(
        f"log_{kind}_up",
        f"Whether the last try with a {kind} went well.",
        tuple(({kind: one["name"]}, 1 if runs and not one["trouble"] else 0) for one in told),
    )


def _flags(label: str, told: Mapping[str, str]) -> tuple[Sample, ...]:
    return tuple(({label: one}, 1) for one in told)


def _confined(run: Path) -> bool:
    try:
        return (run / TOLD).read_text("utf-8").strip() == "yes"
    except OSError:
        return False
