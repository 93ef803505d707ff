"""The sample world's batch compliance jobs: a list of ids goes in, what is gone comes out."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from collectors.sample.exchange import Answer, Question
from collectors.sample.server_x_rules import RefusedError

Gone = Callable[[str, datetime], datetime | None]
"""Tells since when a post of that id is gone; None: it is there, or never was."""

_STORAGE = re.compile(r"/storage/([0-9]+)/(submission|delivery)")


@dataclass
class _Job:
    id: str
    created_at: datetime
    ids: list[str] | None = None


class ComplianceJobs:
    """Answers like `/2/compliance/jobs` and the storage behind it; a job is done once its list is in."""

    def __init__(self, gone: Gone) -> None:
        self._gone = gone
        self._jobs: dict[str, _Job] = {}

    def answer(self, question: Question, job_id: str | None) -> dict[str, Any]:
        """
        Begin a job, or tell how one does.

        Raises:
            RefusedError: There is no such job.
        """
        if question.method == "POST":
            job = _Job(id=str(1_900_000_000 + len(self._jobs)), created_at=question.now)
            self._jobs[job.id] = job
        elif job_id in self._jobs:
            job = self._jobs[job_id]
        else:
            msg = f"The `id` query parameter value [{job_id}] is no job"
            raise RefusedError(msg, parameter="id", value=job_id or "")
        base = f"http://{question.headers.get('host', '')}/storage/{job.id}"
        return {
            "data": {
                "id": job.id,
                "type": "tweets",
                "status": "created" if job.ids is None else "complete",
                "created_at": _iso(job.created_at),
                "upload_url": f"{base}/submission",
                "upload_expires_at": _iso(job.created_at + timedelta(minutes=15)),
                "download_url": f"{base}/delivery",
                "download_expires_at": _iso(job.created_at + timedelta(days=7)),
                "resumable": False,
            }
        }

    def storage(self, question: Question) -> Answer:
        """Take a job's list, or give its result; the address is all the permission there is."""
        found = _STORAGE.fullmatch(question.path)
        job = self._jobs.get(found[1]) if found else None
        if found is None or job is None or "authorization" in question.headers:
            return Answer(status=HTTPStatus.FORBIDDEN)
        if question.method == "PUT" and found[2] == "submission":
            job.ids = question.body.split()
            return Answer()
        if job.ids is None or found[2] != "delivery":
            return Answer(status=HTTPStatus.NOT_FOUND)
        lines = [
            json.dumps(
                {"id": one, "action": "delete", "redacted_at": _iso(at), "reason": "deleted"}
            )
            for one in job.ids
            if (at := self._gone(one, question.now))
        ]
        return Answer(body="".join(f"{line}\n" for line in lines).encode())


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"
