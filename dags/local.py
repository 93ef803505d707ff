"""A local Airflow on the sample world, with a mail catcher: `make airflow`."""

import argparse
import json
import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collectors.sample.world import World

POOL = "warehouse"
"""As in `dags.policies`, which would load Airflow, and its settings, into this process."""

DATABASE_ARGUMENTS = {"timeout": 30}
"""For Airflow's SQLite: its processes wait for one another, in seconds."""

_HOST = "127.0.0.1"
_PROGRAMS = (
    ("api-server",),
    # Logs are read from the folder: their servers would listen to the whole network.
    ("scheduler", "--skip-serve-logs"),
    ("triggerer", "--skip-serve-logs"),
    ("dag-processor",),
)
_AIRFLOW = Path(sysconfig.get_path("scripts")) / "airflow"
_DAGS = {"alert", "collect", "enrich", "housekeeping", "report", "rescore"}
_STOP_S = 40


def main() -> None:
    """Start everything, say where it is, and stay until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=Path("var/airflow"), help="data directory")
    parser.add_argument("--config", type=Path, default=Path("config"), help="configuration")
    parser.add_argument("--port", type=int, default=8080, help="of Airflow's pages")
    parser.add_argument("--at", help="simulated start; default: two hours before the recall")
    parser.add_argument(
        "--pace", type=float, default=60, help="simulated minutes that pass in one minute"
    )
    given = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):  # Who starts it may have Ctrl-C ignored.
        signal.signal(number, _interrupt)
    try:
        _run(given.home.resolve(), given.config.resolve(), given.port, given.at, given.pace)
    except KeyboardInterrupt:
        print("\nstopped", flush=True)  # noqa: T201


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _run(home: Path, config: Path, port: int, at: str | None, pace: float) -> None:
    from collectors.sample.server import SampleServer
    from collectors.sample.world import build_world, last_monday
    from collectors.settings import parse_now

    if not _is_free(port):
        sys.exit(f"port {port} is taken: name another one with --port")
    world = build_world(last_monday(datetime.now(UTC)))
    begin = parse_now(at) if at else world.recall_at - timedelta(hours=2)
    with ExitStack() as stack:
        server = stack.enter_context(SampleServer(world, now=begin))
        mails = home / "mails"
        smtp_port = stack.enter_context(catch_mails(mails))
        moved = move_configuration(config, home / "config", server.url)
        environment = airflow_environment(
            home, config=moved, clock_url=f"{server.url}/now", port=port, smtp_port=smtp_port
        )
        _say("writing seven weeks of posts, and the days before the recall")
        prepare_sample(home, moved, world, server, until=begin)
        _say("preparing Airflow")
        prepare_airflow(environment)
        programs = stack.enter_context(running_airflow(environment, home / "airflow.log"))
        password = json.loads((home / "airflow" / "passwords.json").read_text(encoding="utf-8"))
        _say(f"Airflow   http://{_HOST}:{port}   login admin, password {password['admin']}")
        _say(f"mails     {mails}")
        _say(f"data      {home}")
        _say(f"log       {home / 'airflow.log'}")
        _say(f"It is {begin:%A %d %B %H:%M} UTC in the sample world. Ctrl-C stops everything.")
        last = time.monotonic()
        while all(program.poll() is None for program in programs):
            time.sleep(1)
            passed, last = time.monotonic() - last, time.monotonic()
            server.now = min(server.now + timedelta(seconds=passed * pace), world.anchor)
        _say(f"A part of Airflow ended by itself: see {home / 'airflow.log'}")
        sys.exit(1)


def airflow_environment(
    home: Path, *, config: Path, clock_url: str, port: int, smtp_port: int
) -> dict[str, str]:
    """Give Airflow's processes all they need: no configuration file, nothing to click."""
    from collectors.sample import CREDENTIALS

    airflow_home = home / "airflow"
    airflow_home.mkdir(parents=True, exist_ok=True)
    passwords = airflow_home / "passwords.json"
    if not passwords.exists():
        passwords.touch(mode=0o600)
        passwords.write_text(json.dumps({"admin": secrets.token_urlsafe(12)}), encoding="utf-8")
    smtp: Mapping[str, Any] = {
        "conn_type": "smtp",
        "host": _HOST,
        "port": smtp_port,
        "extra": {
            "disable_ssl": True,
            "disable_tls": True,
            "from_email": "luisterpost@hoogwael.example",
        },
    }
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AIRFLOW", "LUISTERPOST"))
    }
    return {
        **inherited,
        **CREDENTIALS,
        "AIRFLOW_CONN_SMTP_DEFAULT": json.dumps(smtp),
        "AIRFLOW_HOME": str(airflow_home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(Path(__file__).parent),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://{_HOST}:{port}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS": "dags.local.DATABASE_ARGUMENTS",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS_ASYNC": "dags.local.DATABASE_ARGUMENTS",
        "AIRFLOW__API__HOST": _HOST,
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://{_HOST}:{port}",
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(64),
        "AIRFLOW__TRIGGERER__DEFAULT_CAPACITY": "20",
        "LUISTERPOST_HOME": str(home),
        "LUISTERPOST_CONFIG": str(config),
        "LUISTERPOST_CLOCK_URL": clock_url,
        "LUISTERPOST_COLLECT_MINUTES": "1",
        "LUISTERPOST_OPERATORS": "operators@hoogwael.example",
        "PATH": f"{_AIRFLOW.parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "NO_PROXY": _HOST,
        "no_proxy": _HOST,
    }


def move_configuration(config: Path, target: Path, url: str) -> Path:
    """Copy a configuration whose sources ask the sample's server at *url*, and which mails."""
    target.mkdir(parents=True, exist_ok=True)
    for path in config.glob("*.toml"):
        text = path.read_text(encoding="utf-8").replace("http://127.0.0.1:8901", url)
        (target / path.name).write_text(text, encoding="utf-8")
    mail = (
        'sender = "Luisterpost <luisterpost@hoogwael.example>"\n'
        'report_to = ["marketing@hoogwael.example"]\nalert_to = ["on-call@hoogwael.example"]\n'
    )
    (target / "mail.toml").write_text(mail, encoding="utf-8")
    return target


def prepare_sample(
    home: Path, config: Path, world: "World", server: Any, *, until: datetime
) -> None:
    """Import seven weeks of the sample world and collect the days up to *until*, if not done yet."""
    from collectors.configuration.folder import load_configuration
    from collectors.contract import Interval
    from collectors.imports.importing import import_file
    from collectors.sample import CREDENTIALS
    from collectors.sample.export import export_world
    from collectors.settings import Settings
    from luisterpost import OPTIONAL_FILES, run_round

    settings = Settings(home=home, config=config)
    if settings.snapshot.exists():
        return
    configuration = load_configuration(config, until, OPTIONAL_FILES)
    for file in export_world(world, home / "exports"):
        import_file(
            file.path,
            source=file.source,
            covers=Interval(since=file.since, until=file.until, reason="imported"),
            watchlist=configuration.watchlist,
            folder=settings.landing,
            aside=settings.aside,
            now=world.import_until,
        )
    # The last round just before Airflow's first: no source may look silent.
    last = until - timedelta(minutes=15)
    for moment in [*(one for one in world.rounds() if one < last), last]:
        server.now = moment
        now = Settings(home=home, config=config, fixed_now=moment)
        run_round(now, configuration, CREDENTIALS, has_bar=False)
    server.now = until


def prepare_airflow(environment: Mapping[str, str]) -> None:
    """Make or bring up to date Airflow's own database, and make the pool."""
    for words in (
        ["db", "migrate"],
        ["pools", "set", POOL, "1", "one writer for warehouse.duckdb"],
    ):
        done = subprocess.run(  # noqa: S603 - our own program and words
            [_AIRFLOW, *words], env=dict(environment), capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"airflow {' '.join(words)} failed:\n{done.stdout}\n{done.stderr}")


@contextmanager
def running_airflow(
    environment: Mapping[str, str], log: Path
) -> "Iterator[Sequence[subprocess.Popen[bytes]]]":
    """Run Airflow's programs in a process group of their own, from when all are well until the end."""
    with log.open("ab") as output, ExitStack() as stack:
        programs: list[subprocess.Popen[bytes]] = []
        for words in _PROGRAMS:
            program = subprocess.Popen(  # noqa: S603 - our own program and words
                [_AIRFLOW, *words],
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # One group: TERM to single programs would leave orphans.
                process_group=programs[0].pid if programs else 0,
            )
            programs.append(program)
            if len(programs) == 1:
                stack.callback(_end_group, programs)
                # Whoever finds these processes dead can end their group.
                log.with_suffix(".pid").write_text(f"{program.pid}\n", encoding="ascii")
                # The first tasks of a scheduler fail while there is no server to report to.
                _wait_until(lambda: _health(environment) is not None, programs, log)
        _wait_until(lambda: _are_all_well(_health(environment)), programs, log)
        _wait_until(lambda: _are_all_read(environment), programs, log)
        yield programs


def _wait_until(
    is_so: Callable[[], bool], programs: "Sequence[subprocess.Popen[bytes]]", log: Path
) -> None:
    while not is_so():
        if any(program.poll() is not None for program in programs):
            sys.exit(f"Airflow ended at once: see {log}")
        time.sleep(0.5)


def _health(environment: Mapping[str, str]) -> "dict[str, dict[str, Any]] | None":
    """Ask how Airflow's parts do; None: nobody answers."""
    import httpx

    url = f"{environment['AIRFLOW__API__BASE_URL']}/api/v2/monitor/health"
    try:
        answer = httpx.get(url, trust_env=False, timeout=10)
    except httpx.HTTPError:
        return None
    return answer.json() if answer.is_success else None


def _are_all_well(health: "Mapping[str, Mapping[str, Any]] | None") -> bool:
    parts = ("metadatabase", "scheduler", "triggerer", "dag_processor")
    return health is not None and all(health[part]["status"] == "healthy" for part in parts)


def _are_all_read(environment: Mapping[str, str]) -> bool:
    """Tell whether the DAG files are read: Airflow's parts are well some seconds before."""
    path = Path(environment["AIRFLOW_HOME"]) / "airflow.db"
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        read = connection.execute("SELECT DISTINCT dag_id FROM serialized_dag").fetchall()
    return {dag_id for (dag_id,) in read} >= _DAGS


def _end_group(programs: "Sequence[subprocess.Popen[bytes]]") -> None:
    """End Airflow and all that it started, and wait until nobody is left."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # A second Ctrl-C would leave orphans.
    for number, patience_s in ((signal.SIGTERM, _STOP_S), (signal.SIGKILL, 5)):
        if not _signal_group(programs[0].pid, number):
            break
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline and _signal_group(programs[0].pid, 0):
            for program in programs:
                program.poll()
            time.sleep(0.1)
    for program in programs:
        program.wait()


def _signal_group(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def catch_mails(folder: Path) -> Iterator[int]:
    """Take every mail into a folder, as `.eml` files; gives the port of the server."""
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import SMTP, Envelope, Session

    folder.mkdir(parents=True, exist_ok=True)

    class Catcher:
        async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
            name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}.eml"
            part = folder / f".{name}.part"
            part.write_bytes(envelope.original_content or b"")
            part.rename(folder / name)
            return "250 taken"

    controller = Controller(Catcher(), hostname=_HOST, port=free_port())
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def _is_free(port: int) -> bool:
    with socket.socket() as ours:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            ours.bind((_HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Find a free port on this machine."""
    with socket.socket() as taken:
        taken.bind((_HOST, 0))
        port: int = taken.getsockname()[1]
        return port


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - what the user of the terminal reads


if __name__ == "__main__":
    main()
