"""Rules for the whole suite: what may be skipped, and where sockets may lead."""

import os

import pytest

_ABSENT = "../shared/data is absent"


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a test that was skipped for any reason but missing shared data is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not os.environ.get("CI"):
        return
    if _skipped(reporter)[1] and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests were skipped, and why that is or isn't fine."""
    absent, others = _skipped(terminalreporter)
    terminalreporter.write_line(f"skipped for missing ../shared/data: {absent}")
    if others:
        terminalreporter.write_line(f"skipped for other reasons (a failure in CI): {others}")


def _skipped(reporter: pytest.TerminalReporter) -> tuple[int, int]:
    reasons = [str(report.longrepr) for report in reporter.stats.get("skipped", [])]
    absent = sum(_ABSENT in reason for reason in reasons)
    return absent, len(reasons) - absent
