"""What Envoy says when it refuses, in one line."""

import pytest

from ringwall.gateway.binary import _reason

AT = "[2026-11-26 03:10:18.454][7087][critical]"
CAUSE = "assert failure: inotify_fd_ >= 0. Details: Consider increasing user.max_inotify_instances"
CRASHED = f"""\
{AT}[assert] [source/common/filesystem/inotify/watcher_impl.cc:25] {CAUSE}
{AT}[backtrace] [./source/server/backtrace.h:129] Caught Aborted, suspect faulting address 0x1baf
{AT}[backtrace] [./source/server/backtrace.h:113] Backtrace (use tools/stack_decode.py):
{AT}[backtrace] [./source/server/backtrace.h:114] Envoy version: 0/1.40.0/Clean/RELEASE/BoringSSL
{AT}[backtrace] [./source/server/backtrace.h:121] #0: [0x7f9fbb519050]
"""
REFUSED = f"{AT}[main] [source/server/server.cc:414] error initializing configuration '/x.json': no"


@pytest.mark.parametrize(
    ("stderr", "reason"),
    [("", "Envoy gave no reason"), (REFUSED, "no"), (CRASHED, CAUSE)],
)
def test_the_complaint_is_told_and_not_the_trace(stderr: str, reason: str) -> None:
    assert _reason(stderr, "/x.json") == reason
