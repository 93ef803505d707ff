"""The faults that every platform can show, and the word for each."""

import gzip
from datetime import timedelta

import pytest

from tests.replay import Answer


def patience(fault: Answer) -> timedelta:
    """Give a source a short time-out only where the fault is that nothing comes."""
    return timedelta(seconds=0.3 if fault.delay_s or fault.drip_s else 5)


_HTML = {"Content-Type": "text/html"}
_GZIP = {"Content-Type": "application/json", "Content-Encoding": "gzip"}

FAULTS = [
    pytest.param(Answer.of({"title": "Unauthorized"}, status=401), "auth_failed", id="401"),
    pytest.param(Answer(status=401), "auth_failed", id="401-without-a-word"),
    pytest.param(Answer.of({"title": "CreditsDepleted"}, status=402), "auth_failed", id="402"),
    pytest.param(Answer.of({"message": "Forbidden"}, status=403), "auth_failed", id="403"),
    pytest.param(Answer.of({"title": "Not Found"}, status=404), "gone", id="404"),
    pytest.param(Answer(status=410), "gone", id="410"),
    pytest.param(Answer(status=451), "gone", id="451"),
    pytest.param(Answer(status=429, body=b"<html>", headers=_HTML), "rate_limited", id="429"),
    pytest.param(Answer.of({"error": 400}, status=400), "bad_request", id="400"),
    pytest.param(Answer(status=400, body=b"<html>", headers=_HTML), "bad_request", id="400-html"),
    pytest.param(Answer(status=414), "bad_request", id="414"),
    pytest.param(Answer(status=422), "bad_request", id="422"),
    pytest.param(Answer(status=408), "timeout", id="408"),
    pytest.param(Answer(status=500), "server_error", id="500"),
    pytest.param(Answer(status=502, body=b"<html>", headers=_HTML), "server_error", id="502"),
    pytest.param(Answer(status=503, headers={"Retry-After": "999"}), "server_error", id="503"),
    pytest.param(Answer(status=504), "server_error", id="504"),
    pytest.param(Answer(status=520), "server_error", id="520"),
    pytest.param(Answer(status=302, headers={"Location": "/login"}), "bad_answer", id="302"),
    pytest.param(Answer(status=204), "bad_answer", id="204"),
    pytest.param(Answer(status=206, body=b'{"data":'), "bad_answer", id="206"),
    pytest.param(Answer(delay_s=9), "timeout", id="silence"),
    pytest.param(Answer(body=b" " * 90_000, drip_s=0.1), "timeout", id="drip"),
    pytest.param(Answer(hangs_up=True), "unreachable", id="hang-up"),
    pytest.param(Answer(body=b'{"data": []}', cut_after=5), "unreachable", id="cut-connection"),
    pytest.param(Answer(body=b'{"data": [{"id": "1", "te'), "bad_answer", id="cut-json"),
    pytest.param(Answer(body=b""), "bad_answer", id="empty"),
    pytest.param(Answer(body=b"<html>Sorry</html>", headers=_HTML), "bad_answer", id="html"),
    pytest.param(Answer(body=b"[]"), "bad_answer", id="list"),
    pytest.param(Answer(body=b"null"), "bad_answer", id="null"),
    pytest.param(Answer(body=b'"data"'), "bad_answer", id="text"),
    pytest.param(Answer(body=b'{"data": {"children": 5}}'), "bad_answer", id="other-shape"),
    pytest.param(Answer(body=b'{"data": {}, "meta": 5}'), "bad_answer", id="no-list"),
    pytest.param(Answer(body=b"[" * 200_000), "bad_answer", id="deep"),
    pytest.param(Answer(body=b'{"data": ' + b"9" * 9_000 + b"}"), "bad_answer", id="long-number"),
    pytest.param(Answer(body=b"\xff\xfe\x00\xd8{"), "bad_answer", id="no-text"),
    pytest.param(Answer(body=b"no gzip", headers=_GZIP), "bad_answer", id="no-gzip"),
    pytest.param(
        Answer(body=gzip.compress(b" " * 40_000_000), headers=_GZIP), "bad_answer", id="too-long"
    ),
]
