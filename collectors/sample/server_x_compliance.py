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

_TAKEN_FOR = timedelta(minutes=15)
"""How long a job's list is taken."""
_STORAGE = re.compile(r"/storage/([0-9]+)/(submission|delivery)")


@dataclass
class _Job:
    id: str
    name: str | None
    created_at: datetime
    ids: list[str] | None = None

    def status(self, now: datetime) -> str:
        if self.ids is not None:
            return "complete"
        return "created" if now < self.created_at + _TAKEN_FOR else "expired"


class ComplianceJobs:
    """Answers like `/2/compliance/jobs` and the storage behind it; a job is done once its list is in."""

    def __init__(self, gone: Gone) -> None:
        self._gone = gone
        self._jobs: dict[str, _Job] = {}

    def answer(self, question: Question, job_id: str | None) -> dict[str, Any]:
        """
        Begin a job, tell how one does, or list them all.

        Raises:
            RefusedError: There is no such job, or another one waits for its list.
        """
        if question.method == "POST":
            return {"data": self._described(self._begun(question), question)}
        if job_id is None:
            jobs = [self._described(job, question) for job in reversed(self._jobs.values())]
            return {"data": jobs} if jobs else {"meta": {"result_count": 0}}
        if job_id not in self._jobs:
            msg = f"The `id` query parameter value [{job_id}] is no job"
            raise RefusedError(msg, parameter="id", value=job_id)
        return {"data": self._described(self._jobs[job_id], question)}

    def _begun(self, question: Question) -> _Job:
        if any(job.status(question.now) == "created" for job in self._jobs.values()):
            msg = "A job is running, and there is one at a time"
            raise RefusedError(msg, parameter="type", value="tweets")
        job = _Job(
            id=str(1_900_000_000 + len(self._jobs)),
            name=json.loads(question.body or "{}").get("name"),
            created_at=question.now,
        )
        self._jobs[job.id] = job
        return job

    def _described(self, job: _Job, question: Question) -> dict[str, Any]:
        base = f"http://{question.headers.get('host', '')}/storage/{job.id}"
        described = {
            "id": job.id,
            "name": job.name,
            "type": "tweets",
            "status": job.status(question.now),
            "created_at": _iso(job.created_at),
            "upload_url": f"{base}/submission",
            "upload_expires_at": _iso(job.created_at + _TAKEN_FOR),
            "download_url": f"{base}/delivery",
            "download_expires_at": _iso(job.created_at + timedelta(days=7)),
            "resumable": False,
        }
        return {key: value for key, value in described.items() if value is not None}

    def storage(self, question: Question) -> Answer:
        """Take a job's list, or give its result; the address is all the permission there is."""
        found = _STORAGE.fullmatch(question.path)
        job = self._jobs.get(found[1]) if found else None
        if found is None or job is None or "authorization" in question.headers:
            return Answer(status=HTTPStatus.FORBIDDEN)
        if question.method == "PUT" and found[2] == "submission":
            if job.status(question.now) != "created":
                return Answer(status=HTTPStatus.FORBIDDEN)
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
