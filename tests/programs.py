"""The real command line in a process of its own, as people start it."""

import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONFIG = ROOT / "config"
LUISTERPOST = Path(sysconfig.get_path("scripts")) / "luisterpost"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

_OWN = re.compile(r"AIRFLOW|LUISTERPOST|XDG_|CI$|GITHUB_|FORCE_COLOR|TERM|COLUMNS|LINES|PYTHON")


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


def environment(folder: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """
    Give a command an environment of its own, from which nothing leads outside.

    Args:
        folder: Where it may keep what it keeps for its user.
        more: Variables besides.
    """
    kept = {name: value for name, value in os.environ.items() if not _OWN.match(name)}
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
    return {
        **kept,
        **nowhere,
        "NO_PROXY": "127.0.0.1,localhost",
        "XDG_CONFIG_HOME": str(folder),
        "COLUMNS": "100",
        "PYTHONWARNINGS": "default",
        **(more or {}),
    }


def luisterpost(
    *words: object,
    folder: Path,
    stdin: str = "",
    more: Mapping[str, str] | None = None,
    timeout_s: float = 300,
) -> Ended:
    """
    Run a command to its end.

    Args:
        words: The command, its options and arguments.
        folder: The user's configuration directory, and where the command is started.
        stdin: What is piped into it.
        more: Variables besides.
        timeout_s: Fail after so long.
    """
    done = subprocess.run(
        [LUISTERPOST, *map(str, words)],
        input=stdin.encode(),
        capture_output=True,
        env=environment(folder, more),
        cwd=folder,
        timeout=timeout_s,
        check=False,
    )
    return Ended(
        code=done.returncode,
        out=done.stdout.decode("utf-8", "surrogateescape"),
        err=done.stderr.decode("utf-8", "surrogateescape"),
    )
