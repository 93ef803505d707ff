"""A PostgreSQL server of the tests' own, from the system's package, on a socket in their folder."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote


def programs() -> Path:
    """Find the newest installed version's programs; Debian keeps them off the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    named = shutil.which("initdb")
    if not found and named is None:
        msg = "install PostgreSQL: apt-get install postgresql"
        raise FileNotFoundError(msg)
    return (found[-1] if found else Path(str(named))).parent


def _version(initdb: Path) -> int:
    return int(initdb.parts[-3])


@contextmanager
def running_server(folder: Path) -> Iterator[str]:
    """Run a server without network in an empty *folder*; gives the URL up to the database's name."""
    # PostgreSQL refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    if os.geteuid() == 0:
        shutil.chown(folder, user)
    bin_folder, data, log = programs(), folder / "data", folder / "log"
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"

    def run(*words: str | Path) -> None:
        _run(words, user=user, folder=folder)

    run(bin_folder / "initdb", "-D", data, "-A", "trust", "-U", "desk", "-E", "UTF8", "--no-sync")
    run(bin_folder / "pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "start")
    try:
        yield f"postgresql+psycopg://desk@/{{}}?host={quote(str(folder))}"
    finally:
        run(bin_folder / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _run(words: Sequence[str | Path], *, user: str, folder: Path) -> None:
    done = subprocess.run(
        words,
        user=user if os.geteuid() == 0 else None,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # The server would keep a pipe open.
        stderr=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{words[0]} ended with {done.returncode}; see {folder}"
