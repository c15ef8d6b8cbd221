"""The front door of the edge: judge a configuration, apply it, keep its certificates fresh."""

import json
import logging
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from ringwall.access.config import ACCESS, Access
from ringwall.core.clock import Clock
from ringwall.findings import published as published_rules
from ringwall.gateway import watches, xds
from ringwall.gateway.binary import validate
from ringwall.gateway.certificates.credential import Credential, CredentialError
from ringwall.gateway.change import Change
from ringwall.gateway.envoy import edge as edge_builder
from ringwall.gateway.envoy import sidecar as sidecar_builder
from ringwall.gateway.envoy.access_log import Files
from ringwall.gateway.envoy.denied import Denied
from ringwall.gateway.envoy.rendering import Rendering
from ringwall.gateway.envoy.signed_in import TOKENS_FILTER, Verifying, tokens_filter
from ringwall.gateway.handover import Handover
from ringwall.gateway.layout import EDGE, Layout, sidecar_proxy
from ringwall.gateway.posture import follow_stance
from ringwall.gateway.salts import follow_asking, read_asking, turn_salts
from ringwall.gateway.secrets import SecretFile, callers_of, secret_files
from ringwall.gateway.sentry import telling
from ringwall.gateway.shadowing import Shadowing
from ringwall.gateway.sources import door, filters
from ringwall.gateway.sources.against import against
from ringwall.gateway.sources.bringing import bring
from ringwall.gateway.sources.feeds import told
from ringwall.gateway.sources.lists import ListError
from ringwall.gateway.sources.said import Said
from ringwall.gateway.sources.shelf import Shelf, empty_databases
from ringwall.gateway.sources.told import tell, told_of
from ringwall.gateway.staging import moment
from ringwall.gateway.standing import Standing
from ringwall.gateway.verdicts import Verdicts, key_of, named_files
from ringwall.gateway.versions import DamagedVersionError, Version, VersionStore
from ringwall.gateway.wanted import Wanted
from ringwall.identity import facts as facts_file
from ringwall.identity import published
from ringwall.identity.facts import Facts
from ringwall.runtime.collecting import collected_later
from ringwall.runtime.configuration import (
    Address,
    Configuration,
    ConfigurationError,
    Problem,
    Section,
)
from ringwall.runtime.configuration.placing import place_of
from ringwall.runtime.private_files import locked, private_folder

_log = logging.getLogger(__name__)


class Gateway(Standing):
    """The same, and what changes it. Safe for several threads and processes."""

    def __init__(self, layout: Layout, *, sections: tuple[Section, ...], clock: Clock) -> None:
        super().__init__(layout, sections=sections, clock=clock)
        self.shadowing = Shadowing(layout, self.shadows, sections=sections, clock=clock)
        self._mutex = threading.Lock()
        self.has_shadow = False
        """Whether what the edge took last has policies that run beside it."""

    def require_policies(self, files: Configuration) -> None:
        """Refuse files without any policy where policies are in force, unless they say so.

        A folder that was moved, or is not mounted, would else open every route to everybody who is
        signed in. ``ConfigurationError`` tells what to do.
        """
        if files.attached or files.one(Access, ACCESS).policies is None:
            return
        before = self._before()
        if before is not None and before.policies is not None:
            message = "the policies that are in force are gone, and without any routes alone decide"
            allowed = "the folder as it was, or access: {policies: null} to do without policies"
            path = (ACCESS, "policies")
            place = place_of(files, path)
            problem = Problem(path=path, message=message, allowed=allowed, place=place)
            raise ConfigurationError((problem,))

    def render(
        self, wanted: Wanted, *, layout: Layout | None = None, besides: Wanted | None = None
    ) -> dict[str, Rendering]:
        """Every Envoy's configuration by proxy name. Pure: nothing is written.

        Who may call a service ``besides`` is let in too.
        """
        with collected_later():
            return self._rendered(wanted, layout or self.layout, besides)

    def _rendered(
        self, wanted: Wanted, place: Layout, besides: Wanted | None
    ) -> dict[str, Rendering]:
        live = wanted.compiled
        # What is only judged is judged without: Envoy's verdict would not be known the next time.
        known = told_of(wanted)
        denied, refused = Denied(by_header=known.by_header), against(wanted.availability.sources)
        if place == self.layout:
            denied = door.denied_now(place, now=self._clock.now(), known=known)
            refused = filters.refused_now(
                place, Said(wanted.availability, known.by_header), now=self._clock.now()
            )
        former = None if besides is None else besides.compiled
        renderings = {
            EDGE: edge_builder.render_edge(
                edge=wanted.edge,
                availability=wanted.availability,
                services=wanted.services,
                table=wanted.routes,
                folder=place.xds(EDGE),
                admin_socket=str(place.admin(EDGE)),
                web=Address(path=str(place.web)),
                log=Files(str(place.access_log), str(place.strangers_log)),
                shadow_log=str(place.shadow_log),
                verifying=self._verifying(wanted.facts),
                permitting=None
                if live is None
                else partial(live.permitted, version=wanted.version, shadow=wanted.compiled_shadow),
                callouts=Address(path=str(place.callouts)) if wanted.has_callouts else None,
                quotas=Address(path=str(place.quotas)) if wanted.has_quotas else None,
                asking=read_asking(place.state),
                own_roots=str(self.layout.state / "pki" / "edge" / "trust.pem"),
                root=str(place.root),
                denied=denied,
                databases=Shelf(place.state).databases(wanted.availability.sources),
                refused=refused,
            )
        }
        for name in wanted.sidecars:
            sidecar = wanted.services[name].sidecar
            if sidecar is not None:
                proxy = sidecar_proxy(name)
                renderings[proxy] = sidecar_builder.render_sidecar(
                    name,
                    services=wanted.services,
                    sidecar=sidecar,
                    routes=wanted.routes,
                    trust_domain=wanted.edge.trust_domain,
                    limits=wanted.edge.limits,
                    besides=callers_of(name, besides),
                    ruling=None if live is None else live.called,
                    former=None if former is None else former.called,
                    folder=place.xds(proxy),
                    admin_socket=str(place.admin(proxy)),
                )
        return renderings

    def judge(self, configuration: Configuration) -> None:
        """Have Envoy itself judge a configuration.

        Raises ``EnvoyRefusedError`` or ``CredentialError``. Makes the certificates it needs and
        touches no file that an Envoy reads.
        """
        with self._locked():
            published.ready_keys(self.layout.state, self._clock.now())
            self._judge(configuration)

    def begin(
        self, configuration: Configuration, *, author: str, reason: str, check: bool = True
    ) -> Change:
        """Judge a configuration and lay out everything that puts it in force.

        Nothing that runs is touched: whatever is raised (``EnvoyRefusedError``,
        ``CredentialError``, ``TooManyWatchesError``, ``OSError`` as for a full disk), all is as it
        was. Only one change is under way at a time. The same configuration again becomes the same
        version again.
        """
        with ExitStack() as held:
            held.enter_context(self._locked())
            published.ready_keys(self.layout.state, self._clock.now())
            turn_salts(self.layout.state, self._clock.now().timestamp())
            if check:
                self._judge(configuration)
            wanted, latest = self.shadowing.added_to(Wanted.of(configuration)), self._latest()
            before = self._before()
            watches.require_room(self.render(wanted), state=self.layout.state)
            self._ready_lists(wanted, missing_only=True)
            pending: VersionStore | None = None
            if latest is not None and latest.is_of(configuration):
                version = latest
            else:
                pending = self.versions
                version = pending.begin(
                    configuration, author=author, time=self._clock.now(), reason=reason
                )
            try:
                handovers = self._stage(wanted, configuration.root, version, before=before)
            except BaseException:
                if pending is not None:
                    pending.abandon(version)
                raise
            release = held.pop_all().close
        return Change(
            version,
            handovers,
            pending=pending,
            release=release,
            told=partial(self._told, wanted),
        )

    def _told(self, wanted: Wanted) -> None:
        facts_file.write(self.layout.state, wanted.facts)
        published_rules.write(self.layout.state, wanted.findings)
        tell(self.layout.state, told_of(wanted))
        self._ready_lists(wanted)
        door.refresh(self.layout, now=self._clock.now())
        filters.refresh(self.layout, now=self._clock.now())
        self.has_shadow = wanted.shadow is not None

    def _ready_lists(self, wanted: Wanted, *, missing_only: bool = False) -> None:
        """Make the databases that the edge looks up, where the configuration says something else.

        What cannot be made stays as it was: no list is worth a change that fails. Before a change
        only what is ``missing`` is made, without which Envoy would not take it.
        """
        sources, state, now = wanted.availability.sources, self.layout.state, self._clock.now()
        if not sources.are_asked:
            return
        shelf = Shelf(state)
        if missing_only and all(
            one.exists() for one in (shelf.database, *map(shelf.place, sources.databases))
        ):
            return
        for one in told(bring(sources, root=self.layout.root, state=state, now=now)):
            _log.info("%s", one)
        try:
            shelf.rebuild(wanted.availability, now=now)
        except ListError as error:
            _log.error("the lists of before stay: %s", error)

    def apply(
        self, configuration: Configuration, *, author: str, reason: str, check: bool = True
    ) -> Version:
        """Put a configuration in force in one go and return the version it became.

        Running Envoys take it without dropping a connection; for those not running the files are
        written for their start. When any Envoy refuses, ``NotAcceptedError`` is raised and all is
        as it was.
        """
        change = self.begin(configuration, author=author, reason=reason, check=check)
        try:
            change.prepare()
            change.turn()
        except BaseException:
            change.undo()
            raise
        change.finish()
        with self._locked():
            self.versions.forget_interrupted()
        return change.version

    def restarts(self, configuration: Configuration) -> tuple[str, ...]:
        """The running proxies that a configuration would restart: nothing else changes these."""
        current, wanted = self._current(), self.shadowing.added_to(Wanted.of(configuration))
        found = []
        for proxy, rendering in self.render(wanted).items():
            path = self.layout.bootstrap(proxy)
            other = path.exists() and json.loads(path.read_bytes()) != rendering.bootstrap
            workers = current is not None and current.edge.workers != wanted.edge.workers
            if other or (proxy == EDGE and workers):
                found.append(proxy)
        return tuple(found)

    def renew(self) -> tuple[Credential, ...]:
        """Renew what is due and show the new ones to the running Envoys; return those.

        ``CredentialError`` when a file of the user's cannot be used; all else is renewed by then.
        """
        with self._locked():
            # Not before: whoever held the lock may have put another configuration in force.
            configuration = self.in_force()
            if configuration is None:
                return ()
            unusable: list[CredentialError] = []
            files = self._secrets(Wanted.of(configuration), configuration.root, unusable=unusable)
            shown = [one for one in files if self._write(one, self.layout)]
        if unusable:
            raise CredentialError("; ".join(str(error) for error in unusable))
        return tuple(one.credential for one in shown if one.credential is not None)

    def refresh_identity(self) -> bool:
        """Give the running edge the keys and revocations of now; whether anything changed.

        Nothing is waited for: Envoy takes the files within milliseconds.
        """
        with self._locked():
            # What is in force, without reading the whole configuration again.
            verifying = self._verifying(facts_file.read(self.layout.state))
            if verifying is None:
                return False
            folder = Path(self.layout.xds(EDGE).path)
            file = folder / f"ecds-{TOKENS_FILTER}.json"
            turned = xds.replace_filter(file, tokens_filter(verifying))
        return self.refresh_revoked() or turned

    def refresh_revoked(self) -> bool:
        """Give the running edge the revocations of now; whether anything changed.

        Waits for no change of configuration, which holds its lock for seconds: what such a change
        has laid out is brought up to date too.
        """
        folder = Path(self.layout.xds(EDGE).path)
        with self._moment():
            found = published.revoked(self.layout.state)
            given = [
                xds.replace_filter(path, resource)
                for name, resource in edge_builder.revoked_filters(found).items()
                for path in Handover.wherever(folder, f"ecds-{name}.json")
            ]
        return any(given)

    def _moment(self) -> AbstractContextManager[object]:
        return moment(self.layout.state)

    def _verifying(self, facts: Facts) -> Verifying | None:
        """What the edge verifies with; ``None`` where nobody can sign in."""
        if facts.settings.host is None:
            return None
        state = self.layout.state
        return Verifying(
            facts=facts, jwks=published.key_sets(state), revoked=published.revoked(state)
        )

    def _judge(self, configuration: Configuration) -> None:
        wanted = self.shadowing.added_to(Wanted.of(configuration))
        scratch = self.layout.state / "judged"
        shutil.rmtree(scratch, ignore_errors=True)
        layout = replace(self.layout, state=scratch)  # sockets are not made to be judged
        try:
            private_folder(layout.access_log.parent)
            empty_databases(scratch)
            telling.ready(Path(layout.xds(EDGE).path))
            secrets = [*secret_files(wanted, configuration.root, certificates=self.certificates)]
            for one in secrets:
                self._write(one, layout)
            verdicts = Verdicts(self.layout.verdicts)
            known = verdicts.known()

            def judge_one(proxy: str, rendering: Rendering) -> str | None:
                bootstrap = rendering.static()
                text = json.dumps(bootstrap)
                shown = [f.resource for f in secrets if f.proxy == proxy]
                key = key_of(text, shown, named_files(bootstrap))
                if key is None or key not in known:
                    validate(text, folder=scratch)
                return key

            rendered = self.render(wanted, layout=layout)
            with ThreadPoolExecutor(max_workers=4) as pool:
                keys = list(pool.map(judge_one, rendered.keys(), rendered.values()))
            verdicts.keep([key for key in keys if key is not None])
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _stage(
        self, wanted: Wanted, root: Path, version: Version, *, before: Wanted | None
    ) -> dict[str, Handover]:
        tag = f"{version.number}-{version.hash[:12]}"
        if wanted.shadow is not None:
            tag += f"-{wanted.shadow.hash[:12]}"
        secrets = self._secrets(wanted, root)
        wide_secrets = self._secrets(wanted, root, besides=before)
        wide = self.render(wanted, besides=before)
        staged: dict[str, Handover] = {}
        try:
            for proxy, rendering in self.render(wanted).items():
                folder = Path(self.layout.xds(proxy).path)
                if proxy == EDGE:
                    telling.ready(folder)
                staged[proxy] = Handover(folder, admin=self.admin(proxy), moment=self._moment)
                staged[proxy].stage(
                    rendering,
                    wide[proxy],
                    version=tag,
                    secrets={f.name: f.resource for f in secrets if f.proxy == proxy},
                    wide_secrets={f.name: f.resource for f in wide_secrets if f.proxy == proxy},
                )
            # What came since it was rendered found nothing to change yet.
            self.refresh_revoked()
            door.refresh(self.layout, now=self._clock.now())
            filters.refresh(self.layout, now=self._clock.now())
            follow_asking(self.layout.state)
            follow_stance(self.layout.state)
        except BaseException:
            for one in staged.values():
                one.clear()
            raise
        return staged

    def _secrets(
        self,
        wanted: Wanted,
        root: Path,
        *,
        besides: Wanted | None = None,
        unusable: list[CredentialError] | None = None,
    ) -> tuple[SecretFile, ...]:
        files = secret_files(
            wanted, root, certificates=self.certificates, besides=besides, unusable=unusable
        )
        return tuple(f for f in files if not (f.first_only and self._path(f, self.layout).exists()))

    def _write(self, file: SecretFile, layout: Layout) -> bool:
        return xds.write_secret(self._path(file, layout), file.resource)

    @staticmethod
    def _path(file: SecretFile, layout: Layout) -> Path:
        return Path(layout.xds(file.proxy).file(file.name))

    def _latest(self) -> Version | None:
        """The version in force, as far as it can be told."""
        try:
            return self.versions.latest()
        except DamagedVersionError:
            return None

    def _interrupted(self) -> Wanted | None:
        """What a killed change has perhaps put into running Envoys: its callers go on calling."""
        configuration = self.versions.interrupted(self._sections)
        return None if configuration is None else Wanted.of(configuration)

    def _before(self) -> Wanted | None:
        """What is in force, as far as it can be told."""
        return self._interrupted() or self._current()

    def _current(self) -> Wanted | None:
        try:
            configuration = self.in_force()
        except (DamagedVersionError, ConfigurationError):
            return None
        return None if configuration is None else Wanted.of(configuration)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        private_folder(self.layout.state)
        private_folder(self.layout.access_log.parent)
        with self._mutex, locked(self.layout.state / ".apply.lock"):
            yield
