"""Run a program and tell what it took: ``python -S launching.py <report> <program> ...``.

Linux counts what a process kept before it became another program to the memory of that one, so the
one that starts it has to be small.
"""

import json
import os
import sys
import time

report, *command = sys.argv[1:]
began = time.perf_counter()
child = os.posix_spawn(command[0], command, os.environ)
_, status, usage = os.wait4(child, 0)
told = {
    "wall_s": time.perf_counter() - began,
    "cpu_s": usage.ru_utime + usage.ru_stime,
    "peak_mb": usage.ru_maxrss / 1000,
    "code": os.waitstatus_to_exitcode(status),
}
with open(report, "w", encoding="utf-8") as file:  # noqa: PTH123 - pathlib is not small
    json.dump(told, file)
