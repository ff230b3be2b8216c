from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.config import SETTINGS, ConfigurationError, Settings, read

NOWHERE = Path("/nonexistent")


def test_without_anything_set_the_defaults_hold() -> None:
    settings = read({}, NOWHERE)
    assert (settings.server.host, settings.server.port, settings.server.data) == ("127.0.0.1", 8080, Path("var"))
    assert settings.server.public_origin is None
    assert settings.server.base_path == ""
    assert settings.limits.max_sessions == 100
    assert settings.limits.max_session_seconds == 3600
    assert settings.limits.connects_per_ip_per_minute == 120
    assert settings.limits.drain_seconds == 30
    assert settings.store.keep_days == 30
    assert settings.phone.require_token is True
    assert settings.engine.engine == "local"
    assert settings.engine.model is None


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    (tmp_path / "greenroom.toml").write_text(
        'port = 9000\nhost = "::1"\nphone_require_token = false\nopenai_api_key = "k"\n'
    )
    settings = read({"GREENROOM_PORT": "9001", "PATH": "/bin"}, tmp_path)
    assert (settings.server.port, settings.server.host) == (9001, "::1")
    assert settings.phone.require_token is False
    assert settings.engine.openai_api_key == "k"


def test_an_empty_variable_is_one_that_is_not_set(tmp_path: Path) -> None:
    (tmp_path / "greenroom.toml").write_text("port = 9000\n")
    assert read({"GREENROOM_PORT": "", "GREENROOM_SECRET": " "}, tmp_path).server.port == 9000


def test_lists_and_origins_come_as_browsers_write_them(tmp_path: Path) -> None:
    (tmp_path / "greenroom.toml").write_text('trusted_proxies = ["10.0.0.0/8", "::1"]\n')
    settings = read(
        {
            "GREENROOM_ALLOWED_ORIGINS": "https://A.example:443/, http://b.example:80",
            "GREENROOM_PUBLIC_ORIGIN": "https://c.example:8443/",
            "GREENROOM_BASE_PATH": "practice/",
            "GREENROOM_TWILIO_NUMBERS": "US=+15551234567,+442071234567",
            "GREENROOM_PHONE_COUNTRIES": "us, gb",
            "GREENROOM_PHONE_SCENARIOS": "+15551234567=sales,job_interview",
        },
        tmp_path,
    )
    assert settings.server.allowed_origins == {"https://a.example", "http://b.example"}
    assert settings.server.public_origin == "https://c.example:8443"
    assert settings.server.base_path == "/practice"
    assert [str(network) for network in settings.server.trusted_proxies] == ["10.0.0.0/8", "::1/128"]
    assert settings.phone.twilio_numbers == {"US": "+15551234567", "*": "+442071234567"}
    assert settings.phone.countries == {"US", "GB"}
    assert settings.phone.scenarios == {"+15551234567": "sales", "*": "job_interview"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GREENROOM_PORT", "eighty"),
        ("GREENROOM_PORT", "65536"),
        ("GREENROOM_PORT", "-1"),
        ("GREENROOM_PORT", "٣"),
        ("GREENROOM_MAX_SESSIONS", "0"),
        ("GREENROOM_KEEP_DAYS", "1.5"),
        ("GREENROOM_PHONE_REQUIRE_TOKEN", "maybe"),
        ("GREENROOM_PUBLIC_ORIGIN", "practice.example"),
        ("GREENROOM_PUBLIC_ORIGIN", "https://practice.example/path"),
        ("GREENROOM_PUBLIC_ORIGIN", "https://practice.example:port"),
        ("GREENROOM_ALLOWED_ORIGINS", "https://ok.example,*"),
        ("GREENROOM_BASE_PATH", "/a/../b"),
        ("GREENROOM_BASE_PATH", "/a b"),
        ("GREENROOM_TRUSTED_PROXIES", "10.0.0.0/33"),
        ("GREENROOM_ENGINE", "http://engine.example"),
        ("GREENROOM_FAREWELL_ENGINE", "openai"),
        ("GREENROOM_DATABASE_URL", "mysql://x"),
        ("GREENROOM_TWILIO_NUMBERS", "US=5551234"),
        ("GREENROOM_PHONE_COUNTRIES", "USA"),
        ("GREENROOM_LLM_URL", "ftp://x"),
    ],
)  # fmt: skip
def test_a_bad_value_is_told_in_one_line_with_what_was_expected(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        read({name: value}, NOWHERE)
    line = str(refusal.value)
    assert line.startswith(name)
    assert "expected" in line
    assert "\n" not in line


def test_a_secret_is_never_shown() -> None:
    with pytest.raises(ConfigurationError) as refusal:
        read({"GREENROOM_ADMIN_TOKEN": "s3cret\x00"}, NOWHERE)
    assert "s3cret" not in str(refusal.value)


def test_an_unknown_name_is_told_with_the_nearest_known_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"GREENROOM_PROT is not a setting; did you mean GREENROOM_PORT\?"):
        read({"GREENROOM_PROT": "1"}, NOWHERE)
    (tmp_path / "greenroom.toml").write_text("prot = 1\n")
    with pytest.raises(ConfigurationError, match=r"prot is not a setting; did you mean port\?"):
        read({}, tmp_path)


@pytest.mark.parametrize("content", ["port = [1]", "port = 1.5", "[port]\nx=1", "port = ", "host = 2020-01-01"])
def test_a_bad_file_is_told_in_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "greenroom.toml").write_text(content)
    with pytest.raises(ConfigurationError) as refusal:
        read({}, tmp_path)
    assert "\n" not in str(refusal.value)


def test_each_setting_has_a_name_a_description_and_a_default_that_it_takes_itself() -> None:
    assert len({setting.name for setting in SETTINGS}) == len({setting.key for setting in SETTINGS}) == len(SETTINGS)
    for setting in SETTINGS:
        assert setting.description.endswith(".")
        if setting.default:
            setting.parse(setting.default)


@given(st.sampled_from(SETTINGS), st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
def test_whatever_is_set_there_are_settings_or_one_line(setting, text: str) -> None:
    outcome = None
    try:
        outcome = read({setting.name: text}, NOWHERE)
    except ConfigurationError as error:
        outcome = str(error)
    assert isinstance(outcome, Settings) or (outcome and "\n" not in outcome)
