"""The desk knows which reports were issued."""

from sqlalchemy import select

from reports.settings import ReportSettings
from reports.status_report import write_status_report
from warehouse.desk.connection import desk_url, open_desk
from warehouse.desk.tables import ReportIssue


def test_the_same_page_is_noted_once_and_another_again(sample, tmp_path):
    desk = desk_url(tmp_path / "desk.db")
    for _ in range(2):
        path = write_status_report(sample.snapshot, ReportSettings(), folder=tmp_path, desk=desk)
    write_status_report(sample.snapshot, ReportSettings(locale="nl_BE"), folder=tmp_path, desk=desk)
    with open_desk(desk) as session:
        issues = session.scalars(select(ReportIssue)).all()
        assert [(issue.kind, issue.path) for issue in issues] == [("status", str(path))] * 2
        assert len({issue.digest for issue in issues}) == 2
        assert all(path.name == f"status-{issue.period}.html" for issue in issues)
