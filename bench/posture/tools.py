"""The two that are compared, and what is measured of Ringwall alone."""

import json
import sys
import time
from pathlib import Path
from typing import Final

from tests.posture.accounts.making import REGION
from tests.posture.accounts.reading import Reading

from bench.peers import installed
from bench.posture.measuring import Used, measured
from bench.posture.simulated import Server
from ringwall.posture.checking.finding import own_checks
from ringwall.posture.collecting.planning import plan_for
from ringwall.posture.collecting.running import Run
from ringwall.posture.happening import happened
from ringwall.posture.snapshot.snapshot import Snapshot
from ringwall.posture.watching import Watch

SERVICES: Final = ("s3", "iam", "ec2", "rds", "cloudtrail", "kms")
VERSION: Final = "5.46.0"
_STARTS: Final = 5


def started(folder: Path) -> None:
    """How long a command takes that calls nothing."""
    for arguments in (["posture", "scan", "--plan"], ["posture", "checks"], ["posture", "--help"]):
        command = [sys.executable, "-m", "ringwall", *arguments]
        runs = [measured("start", command, {}, folder / "start") for _ in range(_STARTS)]
        best = min(runs, key=lambda one: one.wall_s)
        print(f"ringwall {' '.join(arguments)}: {best.wall_s:.2f} s, {best.peak_mb:.0f} MB")


def ringwall(server: Server, folder: Path) -> Used:
    """A scan as people run it."""
    there = {one.id for one in own_checks()}
    wanted = [f"aws-{one}" for one in SERVICES]
    chosen = [one for one in wanted if any(check.startswith(f"{one}-") for check in there)]
    options = [word for one in chosen for word in ("--check", one)]
    command = [sys.executable, "-m", "ringwall", "posture", "scan", "--region", REGION, *options]
    before, output = server.asked, folder / "ringwall.json"
    environment = {**server.environment, "RINGWALL_STATE": str(folder / "state")}
    used = measured("Ringwall", [*command, "--json"], environment, output)
    if used.code not in {0, 8}:
        sys.exit(output.with_suffix(".err").read_text())
    print(output.with_suffix(".err").read_text().strip().splitlines()[-1])
    told = json.loads(output.read_text())
    failed = sum(one["outcome"] == "fail" for one in told)
    return used.found(calls=server.asked - before, verdicts=len(told), failed=failed)


def prowler(server: Server, folder: Path) -> Used | None:
    """The same account and services; ``None`` where it cannot be had."""
    program = installed("prowler", VERSION)
    if program is None:
        return None
    before, output = server.asked, folder / "prowler"
    command = [str(program), "aws", "--services", *SERVICES, "--region", REGION, "--no-banner"]
    command += ["-M", "json-ocsf", "-o", str(folder), "-F", "findings", "--ignore-exit-code-3"]
    used = measured("Prowler", command, server.environment, output)
    found = folder / "findings.ocsf.json"
    if not found.exists():
        print(f"Prowler ended with {used.code} and wrote nothing: {output.read_text()[-2000:]}")
        return None
    told = json.loads(found.read_text())
    failed = sum(one["status_code"] == "FAIL" for one in told)
    return used.found(calls=server.asked - before, verdicts=len(told), failed=failed)


def event(server: Server) -> None:
    """From a change event to the verdicts that it changed."""
    reading = Reading()
    checks = [one for one in own_checks() if one.id.startswith("aws-s3-")]
    began = time.perf_counter()
    target = reading.target()
    snapshot = Snapshot()
    Run(target, snapshot).carry_out(plan_for(checks))
    watch = Watch(target, snapshot, checks)
    whole = time.perf_counter() - began
    bucket = next(one.label for one in server.making.labels if one.specimen == "private")
    reading.client("s3").delete_public_access_block(Bucket=bucket)
    told = happened(
        {
            "eventSource": "s3.amazonaws.com",
            "eventName": "DeleteBucketPublicAccessBlock",
            "awsRegion": REGION,
            "requestParameters": {"bucketName": bucket},
        }
    )
    if told is None:
        sys.exit("the event was not taken for a change")
    began = time.perf_counter()
    changed = watch.take(told)
    took = time.perf_counter() - began
    print(f"one event to {len(changed)} verdicts: {took:.2f} s (all of S3 anew: {whole:.1f} s)")
