"""Policies that run beside those in force: whether they can, from when on, and until when."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from ringwall.access.config import ACCESS, Access
from ringwall.access.judging import judge
from ringwall.access.policies import PolicySet
from ringwall.core.clock import Clock
from ringwall.gateway.admin import Admin
from ringwall.gateway.compiled import SHORT, compiled
from ringwall.gateway.layout import EDGE, Layout
from ringwall.gateway.shadow_counts import ShadowCounter
from ringwall.gateway.shadows import (
    DamagedShadowError,
    Shadow,
    ShadowStore,
    at_home,
    changed,
    files_below,
)
from ringwall.gateway.wanted import Wanted
from ringwall.runtime.configuration import Configuration, ConfigurationError, Section, Severity
from ringwall.runtime.configuration.spelling import listed


class Shadowing:
    """What runs beside the configuration of one edge, which takes it when it is applied anew."""

    def __init__(
        self, layout: Layout, store: ShadowStore, *, sections: tuple[Section, ...], clock: Clock
    ) -> None:
        self._layout, self._store = layout, store
        self._sections, self._clock = sections, clock

    def added_to(self, wanted: Wanted) -> Wanted:
        """The same with the policies that run beside it, as long as they may."""
        found, why = self.of(wanted)
        return replace(wanted, shadow=found) if why is None else wanted

    def of(self, wanted: Wanted) -> tuple[PolicySet | None, str | None]:
        """The policies that run beside a configuration, and why they are not to any more."""
        try:
            current = self._store.current()
        except DamagedShadowError as error:
            return None, str(error)
        if current is None:
            return None, None
        shadow, policies = current
        if self._clock.now() >= shadow.until:
            return policies, "its time is over"
        return policies, why_not(wanted, policies)

    def begin(
        self, configuration: Configuration, folder: Path, *, author: str, seconds: float
    ) -> Shadow:
        """Keep the policies in a folder as what is to run beside a configuration.

        They run once that is applied anew. ``ConfigurationError`` tells what is wrong with them,
        ``LookupError`` why they cannot run beside it.
        """
        name = configuration.one(Access, ACCESS).policies
        if not configuration.attached or name is None:
            msg = "there are no policies in force to compare with"
            raise LookupError(msg)
        try:
            current = self._store.current()
        except DamagedShadowError:
            current = None
        if current is not None:
            msg = f"a shadow of {current[0].folder} runs: `ringwall access shadow stop` ends it"
            raise LookupError(msg)
        files = files_below(folder, name)
        try:
            judged = Wanted.of(changed(configuration, files, self._sections))
        except ConfigurationError as error:
            raise at_home(error, folder, name) from error
        if judged.policies is None:
            msg = f"there is no policy in {folder}"
            raise LookupError(msg)
        why = why_not(Wanted.of(configuration), judged.policies)
        if why is not None:
            raise LookupError(why)
        now = self._clock.now()
        shadow = Shadow(
            hash=judged.policies.hash,
            folder=str(folder),
            author=author,
            since=now,
            until=now + timedelta(seconds=seconds),
        )
        self.counter().begin()
        self._store.begin(shadow, files)
        return shadow

    def end(self, *, why: str, by: str = "") -> None:
        """Let no policies run beside what is in force, once that is applied anew.

        A log that cannot be read keeps none running: then what was counted last is remembered.
        """
        try:
            current = self._store.current()
        except DamagedShadowError:
            current = None
        counter = self.counter()
        counted = None
        if current is not None:
            try:
                found = counter.count(current[1].hash[:SHORT])
            except OSError:
                found = counter.kept()
            counted = found.to_json()
        self._store.end(time=self._clock.now(), why=why, by=by, counted=counted)
        counter.forget()

    def counter(self) -> ShadowCounter:
        """What counts what a shadow would have decided otherwise."""
        return ShadowCounter(
            self._layout.shadow, self._layout.shadow_log, Admin(self._layout.admin(EDGE))
        )


def why_not(wanted: Wanted, policies: PolicySet) -> str | None:
    """Why policies cannot run beside a configuration; ``None`` if they can."""
    if wanted.compiled is None:
        return "there are no policies in force to compare it with"
    wrong = [one for one in judge(policies, wanted.world) if one.severity is Severity.ERROR]
    if wrong:
        return f"it does not fit what is in force any more: {wrong[0]}"
    shadow = compiled(policies, wanted.world)
    if shadow.refused:
        refused = shadow.refused[0]
        return f'the edge cannot decide "{refused.policy.id}" by itself: {refused.reason}'
    found = wanted.compiled.comparison(shadow)
    if found.differing:
        return None
    alike = "it decides as what is in force does"
    routes = sorted({route for route, _, _ in found.unknown})
    if routes:
        alike += f", but for what is not compared, since call-outs are made: {listed(routes)}"
    return alike
