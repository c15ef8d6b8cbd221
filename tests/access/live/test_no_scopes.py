"""An application that asked for no scope: its token says so, and Envoy makes no header of it."""

from dataclasses import replace

import pytest
from tests.access.live.guarded import NORA, Guarded

pytestmark = pytest.mark.e2e


def test_an_application_without_any_scope_is_kept_out_like_one_without_this(edge: Guarded) -> None:
    said = {
        scopes: edge.get("/ledger", who=replace(NORA, through="app", scopes=scopes)).status_code
        for scopes in ((), ("other",), ("ledger:read",))
    }
    assert said == {(): 403, ("other",): 403, ("ledger:read",): 200}
    assert edge.get("/ledger").status_code == 200, "nobody is between her and the ledger"
