"""A port is given to one process of tests."""

import os
import subprocess
import sys

from tests import ports

DRAWING = "from tests import ports; ports._PORTS = iter({drawn}); print(ports.free_port())"


def test_a_port_on_which_nobody_listens_yet_is_given_to_nobody_else() -> None:
    given, another = ports.free_port(), next(ports._PORTS)
    for _ in range(2):  # whoever asked for it and ended has not freed it
        told = subprocess.run(
            [sys.executable, "-c", DRAWING.format(drawn=[given, another])],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert told.stdout.strip() == str(another)
