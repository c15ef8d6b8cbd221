"""The processes of the log: the notary, which signs, the collector, which writes, and others."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ringwall.gateway.certificates.store import CertificateStore
from ringwall.gateway.layout import EDGE
from ringwall.gateway.log_forwarding import forwarding_process
from ringwall.gateway.log_intake import INTAKE, intake_process
from ringwall.gateway.log_vouching import vouching_process, witness_process
from ringwall.lake.bucket import VARIABLE as BUCKET_VARIABLE
from ringwall.lake.bucket import reading, writing
from ringwall.lake.config import LOG, Log
from ringwall.lake.naming import origin_of
from ringwall.lake.places import Places
from ringwall.lake.settings import VARIABLE, Rule, Settings
from ringwall.ledger.notary.process import (
    KEYS_VARIABLE,
    ORIGIN_VARIABLE,
    PUBLIC_VARIABLE,
    SOCKET_VARIABLE,
)
from ringwall.runtime.configuration import Configuration
from ringwall.runtime.installation import Installation
from ringwall.runtime.processes.probes import Accepts, UnixAddress
from ringwall.runtime.processes.spec import ProcessSpec

NOTARY: Final = "notary"
COLLECTOR: Final = "collector"


def places_of(installation: Installation) -> Places:
    """Where things of the log lie."""
    return Places(installation.state, installation.run)


def keys_of(installation: Installation) -> Path:
    """The folder of the keys that sign: outside the state, which the web process may read."""
    return places_of(installation).keys


def log_processes(
    installation: Installation,
    configuration: Configuration,
    environment: Mapping[str, str],
    *,
    certificates: CertificateStore,
    outward: Mapping[str, str],
) -> tuple[ProcessSpec, ...]:
    """Notary and collector, and what is configured of intake, vouching and witness.

    None of them keeps the edge from starting, or ends with it. ``outward`` are variables of who
    has a way out of the machine.
    """
    places, log = places_of(installation), configuration.one(Log, LOG)
    root = configuration.root
    with_bucket = {**environment, **outward} if log.bucket is not None else environment
    found = [*_writing(installation, configuration, with_bucket)]
    intake = intake_process(installation, configuration, environment, certificates)
    if intake is not None:
        found.append(intake)
    if log.is_vouched:
        with_way = {**environment, **outward}
        found.append(vouching_process(places, log, root=root, environment=with_way))
    if log.forward:
        with_way = {**environment, **outward, **reading_bucket(log)}
        found.append(forwarding_process(places, log.forward, root=root, environment=with_way))
    if log.witness is not None:
        found.append(witness_process(places, log.witness, root=root, environment=environment))
    return tuple(found)


def reading_bucket(log: Log) -> dict[str, str]:
    """What who reads the log is told of the bucket that it lies in, keys among it.

    With `log.bucket.read` that is a key that changes nothing. ``LookupError`` where it leads
    nowhere.
    """
    return {} if log.bucket is None else {BUCKET_VARIABLE: reading(log.bucket).encoded()}


def _writing(
    installation: Installation, configuration: Configuration, environment: Mapping[str, str]
) -> tuple[ProcessSpec, ProcessSpec]:
    places, log = places_of(installation), configuration.one(Log, LOG)
    origin = origin_of(places.log, log.origin or "")
    socket = places.notary
    settings = Settings(
        state=str(installation.state),
        run=str(installation.run),
        notary=str(socket),
        origin=origin,
        retention=log.retention.model_dump(),
        edge=str(installation.run / f"{EDGE}.sock"),
        redact=tuple(Rule(one.field, one.pattern, one.text) for one in log.redact),
        bucket=None if log.bucket is None else writing(log.bucket),
    )
    notary = ProcessSpec(
        name=NOTARY,
        argv=(sys.executable, "-m", "ringwall.ledger.notary.process"),
        cwd=configuration.root,
        environment={
            **environment,
            SOCKET_VARIABLE: str(socket),
            KEYS_VARIABLE: str(keys_of(installation)),
            PUBLIC_VARIABLE: str(places.tree),
            ORIGIN_VARIABLE: origin,
        },
        ready=Accepts(UnixAddress(socket)),
        ready_within=20.0,
        essential=False,
    )
    collector = ProcessSpec(
        name=COLLECTOR,
        argv=(sys.executable, "-m", "ringwall.lake.process"),
        cwd=configuration.root,
        environment={**environment, VARIABLE: settings.encoded()},
        ready=Accepts(UnixAddress(places.ready)),
        ready_within=30.0,
        after=(NOTARY,),
        after_at_most=3.0,
        essential=False,
        stop_grace=10.0,
        outlives=("edge", "web", "worker", INTAKE),
    )
    return notary, collector
