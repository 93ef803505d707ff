"""Ask for one JSON answer through httpx: within a time, within a size, with a name for each fault."""

import json
from collections.abc import Mapping
from datetime import timedelta
from importlib.metadata import version
from typing import Any

import httpx

from collectors.contract import Clock
from collectors.errors import BadAnswer
from collectors.web.httpx_transport import BoundedTransport

_HEADERS = {
    "User-Agent": f"luisterpost/{version('luisterpost')}",
    "Accept": "application/json",
}


def get_json(
    url: str, params: Mapping[str, str], *, what: str, timeout: timedelta, clock: Clock
) -> Any:
    """
    Ask for one answer; nothing is followed and nothing is tried again.

    Args:
        url: Where to ask.
        params: The query.
        what: What is asked for; begins every message.
        timeout: For the whole request.
        clock: The present, for waits that a server gives in seconds.

    Returns:
        Whatever JSON the answer holds.

    Raises:
        CollectError: There is no answer, it reports a fault, it is longer than
            32 MB, or it is no JSON.
    """
    transport = BoundedTransport(what=what, timeout=timeout, clock=clock)
    with httpx.Client(transport=transport, headers=_HEADERS) as client:
        client.get(url, params=dict(params))
    try:
        return json.loads(transport.last_body)
    except (ValueError, RecursionError) as error:
        msg = f"{what}: the answer is not JSON"
        raise BadAnswer(msg) from error
