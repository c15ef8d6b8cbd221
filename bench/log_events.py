"""What a search over a day of events costs: a synthetic table in the log's schema, asked.

``BENCH_EVENTS`` events of one day (10 million) are written in files of an hour in order of their
index, as the table has them; then each question is asked in a connection as ``ringwall log search``
opens it, and the best and the first of some tries are told. Nothing is left behind.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import duckdb
from deltalake import WriterProperties, write_deltalake

from ringwall.lake.search.connecting import connect
from ringwall.lake.search.fields import BY_NAME
from ringwall.lake.search.language import Query, parse
from ringwall.lake.search.parts import of_files
from ringwall.lake.search.reading import WHOLE, Search
from ringwall.lake.tables import WRITER

EVENTS: Final = int(os.environ.get("BENCH_EVENTS", "10000000"))
_ROUNDS: Final = int(os.environ.get("BENCH_ROUNDS", "3"))
DAY: Final = datetime(2026, 11, 20, tzinfo=UTC)
_FILES: Final = 24


_MADE: Final = """
SELECT
  i AS index, CAST(moment AS DATE) AS day,
  CASE WHEN h % 100 < 94 THEN 4002 WHEN h % 100 < 97 THEN 3002 ELSE 6003 END AS class_uid,
  moment AS time, moment + INTERVAL 300 MILLISECOND AS received,
  CASE WHEN h % 100 < 94 THEN 4 WHEN h % 100 < 97 THEN 3 ELSE 6 END AS category_uid,
  1 AS activity_id, 400201::BIGINT AS type_uid,
  CASE WHEN h % 1009 = 0 THEN 4 WHEN h % 101 = 0 THEN 3 ELSE 1 END AS severity_id,
  CASE WHEN s >= 400 THEN 2 ELSE 1 END AS status_id,
  'edge' AS source, 'edge/1' AS kind, u AS uid,
  CASE WHEN h % 100 < 94 THEN NULL ELSE 'signed in with a passkey' END AS message,
  'user-' || who AS actor_user_uid, 'person' || who || '@tenant' || t
    || '.example' AS actor_user_name,
  md5(who::VARCHAR)[:22] AS actor_session_uid, NULL::VARCHAR AS actor_app_uid,
  CASE WHEN h % 7 = 0 THEN 'key-' || (who % 500) END AS actor_credential_uid,
  'tenant-' || t AS tenant_uid,
  (10 + who % 200) || '.' || (who * 7 % 256) || '.' || (h % 3) || '.' || (who % 251) AS src_ip,
  'service-' || r % 12 AS dst_service, 'shop.example' AS host,
  CASE WHEN h % 5 = 0 THEN 'POST' ELSE 'GET' END AS method, p AS path, s AS status_code,
  CASE WHEN s < 400 THEN 'via_upstream' ELSE 'rbac_access_denied' END AS status_detail,
  CASE WHEN s = 403 THEN 2 ELSE 1 END AS action_id,
  CASE WHEN s = 403 THEN 'policy-' || r % 40 END AS policy_uid, 'route-' || r AS route,
  (h % 400)::BIGINT AS duration_ms,
  (h % 2000)::BIGINT AS bytes_in, (h % 90000)::BIGINT AS bytes_out, 'TLSv1.3' AS tls_version,
  NULL::VARCHAR AS fingerprint, NULL::VARCHAR AS resource_type, NULL::VARCHAR AS resource_uid,
  NULL::VARCHAR AS resource_name, NULL::VARCHAR AS user_uid, NULL::VARCHAR AS user_name,
  NULL::VARCHAR AS operation, NULL::VARCHAR AS flags,
  '{"action":"read","bytes_in":' || h % 2000
    || ',"details":"via_upstream","flags":"-","host":"shop.example","method":"GET","ms":'
    || h % 400
  || ',"path":"' || p
    || '","policies":"orders,base","policy":null,"program":null,"protocol":"HTTP/2","proven":"17'
    || h % 100000000
  || '","request_id":"' || u || '","roles":"buyer,clerk","route":"route-' || r
    || '","scopes":null,"sent":' || h % 90000
  || ',"service":"service-' || r % 12 || '","session":"' || md5(who::VARCHAR)[:22]
    || '","status":' || s || ',"strength":"passkey","tenant":"tenant-' || t
  || '","time":"' || strftime(moment AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%gZ')
    || '","tls":"TLSv1.3","upstream":"127.0.0.1:80' || r % 12 || '","user":"user-' || who
    || '"}' AS raw,
  '{"user-' || who || '":{"client":"' || (10 + who % 200) || '.1.2.3"}}' AS personal,
  '{"user-' || who || '":"' || md5(h::VARCHAR) || md5(i::VARCHAR) || '"}' AS seals
FROM (
  SELECT *, 'user-agent' AS a,
    '/api/v1/resource-' || r || '/' || (h % 500000)
    || CASE WHEN i = $needle THEN '/zanzibar-needle' ELSE '' END AS p
  FROM (
    SELECT i, hash(i) AS h, hash(i, 1) % 50000 AS who, hash(i, 2) % 300 AS t,
      hash(i, 3) % 200 AS r,
      CASE WHEN hash(i, 4) % 100 < 90 THEN 200 WHEN hash(i, 4) % 100 < 93 THEN 302
           WHEN hash(i, 4) % 100 < 96 THEN 403 WHEN hash(i, 4) % 100 < 99 THEN 404
    ELSE 503 END AS s,
      uuid()::VARCHAR AS u, $began + to_microseconds(CAST(i * $step AS BIGINT)) AS moment
    FROM range($first, $last) AS numbers(i)
  )
)
"""


def write(
    folder: Path,
    *,
    events: int = EVENTS,
    files: int = _FILES,
    properties: WriterProperties = WRITER,
) -> None:
    """Write a day of events as a Delta table, in as many appends, in order of their index."""
    with connection() as found:
        each = -(-events // files)
        for number in range(files):
            values = {
                "first": number * each,
                "last": min(events, (number + 1) * each),
                "began": DAY,
                "step": 86_400_000_000 / events,
                "needle": events // 9,
            }
            found.execute(f"CREATE OR REPLACE TEMP TABLE made AS {_MADE}", values)
            write_deltalake(
                folder,
                found.sql("SELECT * FROM made ORDER BY index"),
                mode="append",
                partition_by=["day", "class_uid"],
                writer_properties=properties,
            )


@contextmanager
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the bounds that a search has."""
    found = duckdb.connect(config={"threads": 2, "memory_limit": "2GB"})
    found.execute("SET TimeZone = 'UTC'")
    try:
        yield found
    finally:
        found.close()


def main() -> None:
    """Print what the day takes on disk, and seconds and processor seconds of each question."""
    with tempfile.TemporaryDirectory(prefix="ringwall-bench-", dir="/tmp") as name:
        folder = Path(name) / "events"
        began = time.monotonic()
        write(folder)
        files = [str(one) for one in folder.rglob("*.parquet")]
        size = sum(Path(one).stat().st_size for one in files)
        print(f"{EVENTS:,} events of a day, {size / EVENTS:.0f} bytes each on disk", end=", ")
        print(f"made in {time.monotonic() - began:.0f} s\n")
        print(f"{'':32} {'first':>7} {'best':>7} {'cores':>7}   s, the last of both cores together")
        with connect() as found:
            search = Search(found, lambda _: [of_files(DAY.date(), files)], seconds=600)
            for title, ask in _questions(search).items():
                _measure(title, ask)


def _questions(search: Search) -> dict[str, Callable[[], object]]:
    def query(text: str) -> Query:
        return parse(text, now=DAY.replace(hour=23, minute=59, second=59))

    return {
        "newest 50": lambda: search.page(query("")),
        "newest 50 of a user": lambda: search.page(query("user:user-8352")),
        "the same with raw forms": lambda: search.page(query("user:user-8352"), columns=WHOLE),
        "newest 50 of an address": lambda: search.page(query("ip:162.96.0.69")),
        "newest 50 of a network": lambda: search.page(query("ip:162.96.0.0/16")),
        "newest 50 of status 4xx": lambda: search.page(query("status:400..499")),
        "count of status 4xx": lambda: search.count(query("status:400..499 today")),
        "count by route": lambda: search.top(query(""), BY_NAME["route"]),
        "failures by the hour": lambda: search.histogram(query("status:>=500"), 3_600_000_000),
        "a frequent word": lambda: search.page(query("resource-17")),
        "a rare word": lambda: search.page(query("zanzibar")),
        "a rare word in raw forms": lambda: search.page(query("raw:zanzibar")),
        "a rare field of raw forms": lambda: search.page(query("raw.strength:none-such")),
        "one event, whole": lambda: search.show(EVENTS // 3),
    }


def _measure(title: str, ask: Callable[[], object]) -> None:
    clocks, cores = [], []
    for _ in range(_ROUNDS):
        clock, core = time.monotonic(), time.process_time()
        ask()
        clocks.append(time.monotonic() - clock)
        cores.append(time.process_time() - core)
    print(f"  {title:30} {clocks[0]:7.2f} {min(clocks):7.2f} {min(cores):7.2f}", flush=True)


if __name__ == "__main__":
    main()
