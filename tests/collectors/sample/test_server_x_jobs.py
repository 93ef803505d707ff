"""The sample world's compliance jobs, as tweepy sees them."""

from datetime import timedelta

import httpx
import pytest
import tweepy

from collectors.sample.server_x import BEARER_TOKEN
from tests.collectors.sample.test_server_x import ToServer


@pytest.fixture
def client(server):
    x = tweepy.Client(BEARER_TOKEN, return_type=dict)
    x.session.mount("https://api.twitter.com", ToServer(server.url))
    with x.session:
        yield x


def hand_in(job, ids=("1", "2")):
    return httpx.put(job["upload_url"], content="\n".join(ids)).status_code


def test_jobs_are_listed_newest_first_by_name_and_state(client):
    assert "data" not in client.get_compliance_jobs("tweets")
    first = client.create_compliance_job("tweets", name="one")["data"]
    assert hand_in(first) == 200
    client.create_compliance_job("tweets")
    listed = client.get_compliance_jobs("tweets")["data"]
    assert [(job.get("name"), job["status"]) for job in listed] == [
        (None, "created"),
        ("one", "complete"),
    ]


def test_one_job_at_a_time_waits_for_its_list(client):
    job = client.create_compliance_job("tweets")["data"]
    with pytest.raises(tweepy.BadRequest, match="one at a time"):
        client.create_compliance_job("tweets")
    assert hand_in(job) == 200
    client.create_compliance_job("tweets")


def test_a_list_is_taken_for_a_quarter_of_an_hour(client, server):
    job = client.create_compliance_job("tweets")["data"]
    server.now += timedelta(minutes=15)
    assert hand_in(job) == 403
    assert client.get_compliance_job(job["id"])["data"]["status"] == "expired"
    client.create_compliance_job("tweets")
