"""What Envoy says when it refuses, in one line."""

import pytest

from ringwall.gateway.binary import _reason

AT = "[2026-11-26 03:10:18.454][7087][critical]"
BUG = "[2026-11-26 03:10:18.454][7087][error][envoy_bug] [./source/common/common/assert.h:66]"
CAUSE = "assert failure: file_descriptor != -1. Details: nothing to be read"
NO_ROOM = (
    "assert failure: inotify_fd_ >= 0. Details: Consider increasing user.max_inotify_instances"
)
CRASHED = f"""\
{AT}[assert] [source/common/filesystem/inotify/watcher_impl.cc:25] {CAUSE}
{BUG} stacktrace for envoy bug
{BUG} #0 UNKNOWN [0x5609980d122c]
{AT}[backtrace] [./source/server/backtrace.h:129] Caught Aborted, suspect faulting address 0x1baf
{AT}[backtrace] [./source/server/backtrace.h:113] Backtrace (use tools/stack_decode.py):
{AT}[backtrace] [./source/server/backtrace.h:114] Envoy version: 0/1.40.0/Clean/RELEASE/BoringSSL
{AT}[backtrace] [./source/server/backtrace.h:117] Address mapping: 5595b8b55000-5595bccbb000 /envoy
{AT}[backtrace] [./source/server/backtrace.h:121] #0: [0x7f9fbb519050]
"""
REFUSED = f"{AT}[main] [source/server/server.cc:414] error initializing configuration '/x.json': no"


@pytest.mark.parametrize(
    ("stderr", "reason"),
    [("", "Envoy gave no reason"), (REFUSED, "no"), (CRASHED, CAUSE)],
)
def test_the_complaint_is_told_and_not_the_trace(stderr: str, reason: str) -> None:
    assert _reason(stderr, "/x.json") == reason


def test_a_lack_of_inotify_instances_is_told_with_what_mends_it() -> None:
    reason = _reason(CRASHED.replace(CAUSE, NO_ROOM), "/x.json")
    assert NO_INSTANCES in reason
    assert "sysctl -w fs.inotify.max_user_instances=" in reason


NO_INSTANCES = "inotify instances to watch their files"
"""As in what is told where too many are found to be taken."""
