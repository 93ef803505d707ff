import pytest
from pydantic import ValidationError

from collectors.configuration.folder import load_configuration
from reports.alert_settings import AlertSettings
from tests.programs import CONFIG
from tests.reports.world import NOW


def test_the_example_file_shows_the_defaults():
    configuration = load_configuration(CONFIG, NOW, {"alerts": AlertSettings})
    assert configuration.setting("alerts", AlertSettings) == AlertSettings()


@pytest.mark.parametrize(
    "wrong",
    [
        {"runbook": "javascript:alert(1)"},
        {"false_alarms_a_week": 0},
        {"fewest_stories": 1},
        {"mail_severity": 5},
        {"history_weeks": 1},
        {"budget": 2},
    ],
)
def test_a_wrong_value_or_key_is_refused(wrong):
    with pytest.raises(ValidationError):
        AlertSettings(**wrong)
