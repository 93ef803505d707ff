"""Airflow DAGs: they schedule what the other packages do. Nothing else imports Airflow."""
