"""Connections that come fast are listed for the sentry: where each came from, how long it lasted.

In peace none is: the share of them that has a line stands in the runtime, at 0 until there are
many. Connections that are refused at the door have lines too.
"""

from ringwall.gateway.envoy.resources import Json, extension
from ringwall.gateway.sentry import orders


def logged(listener: Json, file: str) -> Json:
    """The same listener, which appends to ``file``."""
    log = extension(
        "envoy.access_loggers.file",
        "envoy.extensions.access_loggers.file.v3.FileAccessLog",
        path=file,
        log_format={
            "text_format_source": {
                "inline_string": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% %DURATION%\n"
            }
        },
    )
    share = {
        "runtime_key": orders.LISTED,
        "percent_sampled": {"numerator": 0, "denominator": "HUNDRED"},
        "use_independent_randomness": True,
    }
    return {**listener, "access_log": [{**log, "filter": {"runtime_filter": share}}]}
