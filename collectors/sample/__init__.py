"""The sample world: a fictional Belgian brewery, its public, and a server that plays the platforms."""

from collections.abc import Mapping

CREDENTIALS: Mapping[str, str] = {
    "AIRFLOW_CONN_X_MAIN": '{"conn_type": "http", "password": "sample-token"}',
    "AIRFLOW_CONN_REDDIT_MAIN": '{"conn_type": "http", "login": "sample-client", '
    '"password": "sample-secret", '
    '"extra": {"user_agent": "linux:example.luisterpost.sample:v1 (by u/epervier_bier)"}}',
}
"""What the sample's server accepts; worth nothing anywhere else."""

QUERIES = (
    "FROM share_of_voice_week",
    (
        "SELECT day, sum(mentions) AS mentions, sum(negative) AS negative FROM daily_volume "
        "WHERE subject_id = 'epervier' GROUP BY day ORDER BY day DESC LIMIT 10"
    ),
    "SELECT source, stream, reason, since, until FROM gap",
)
"""Questions to try on the sample world's snapshot."""
