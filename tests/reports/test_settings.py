import pytest

from collectors.configuration.folder import ConfigurationError, read_setting
from reports.settings import ReportSettings


def test_without_a_file_the_defaults_hold(tmp_path):
    assert read_setting(tmp_path, "reports", ReportSettings) == ReportSettings()


def test_the_shipped_example_is_valid_and_says_the_defaults(pytestconfig):
    assert (
        read_setting(pytestconfig.rootpath / "config", "reports", ReportSettings)
        == ReportSettings()
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('time_zone = "Brussels"', "Europe/Brussels"),
        ('locale = "klingon"', "nl_BE"),
        ("history_weks = 8", "history_weks"),
        ("least_coverage = 80", "least_coverage"),
        ("firm = ", "reports.toml"),
        ('every = ["weekly", "montly"]', "did you mean 'monthly'?"),
        ('every = "weekly"', 'every = ["weekly"]'),
        ("every = []", "every"),
    ],
)
def test_mistake_is_named_with_file_and_remedy(tmp_path, text, said):
    (tmp_path / "reports.toml").write_text(text + "\n")
    with pytest.raises(ConfigurationError, match=r"reports\.toml") as caught:
        read_setting(tmp_path, "reports", ReportSettings)
    assert said in str(caught.value)


def test_what_an_earlier_example_set_is_no_mistake(tmp_path):
    (tmp_path / "reports.toml").write_text("flood_mentions = 20\nunusual_at = 2.5\n")
    assert read_setting(tmp_path, "reports", ReportSettings) == ReportSettings(unusual_at=2.5)
