import os
import re
import signal
import subprocess
import sys

import httpx
import pytest
from typer.testing import CliRunner

from collectors.sample.commands import app


def test_export_says_how_to_import(tmp_path):
    result = CliRunner().invoke(app, ["export", str(tmp_path), "--anchor", "2026-11-23"])
    assert result.exit_code == 0
    assert "--source forum --covers 2026-09-28T00:00Z/2026-11-16T00:00Z" in result.stdout
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "forum.jsonl",
        "news.parquet",
        "reddit.csv",
        "x.jsonl",
    ]


def test_anchor_that_is_no_monday_is_a_usage_error(tmp_path):
    result = CliRunner().invoke(app, ["export", str(tmp_path), "--anchor", "2026-11-24"])
    assert result.exit_code == 2
    assert "Monday" in result.output


@pytest.mark.slow
def test_serve_answers_another_process_until_it_is_interrupted():
    # A suite that runs in the background hands down an ignored Ctrl-C.
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from collectors.sample.commands import app; app()"
    )
    command = [sys.executable, "-u", "-c", code, "serve", "--port", "0", "--anchor", "2026-11-23"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = re.search(r"http://\S+", process.stdout.readline())[0]
            assert httpx.post(f"{url}/now", content="2026-11-20T12:00Z").status_code == 200
            assert httpx.get(f"{url}/feeds/toogpraat.rss").status_code == 200
            os.kill(process.pid, signal.SIGINT)
            assert process.wait(timeout=60) == 0
        finally:
            process.kill()
