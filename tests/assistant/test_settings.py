"""Settings come from the environment, with defaults, and are shown without secrets."""

from pathlib import Path

import pytest

from assistant.settings import SECRET, Settings, listing, read_settings, unknown_variables
from planning_engine.errors import BadRequest


@pytest.fixture(autouse=True)
def _clean(monkeypatch):
    for entry in listing(Settings()):
        monkeypatch.delenv(entry.variable, raising=False)


def test_without_variables_the_built_in_analyst_answers_on_this_machine():
    settings = read_settings()
    assert (settings.model, settings.host, settings.port) == ("analyst", "127.0.0.1", 8000)
    assert not settings.uses_language_model
    assert settings.store_url == f"sqlite:///{Path('.sop').absolute() / 'state.db'}"


def test_variables_are_read_by_name_and_empty_ones_count_as_unset(monkeypatch):
    monkeypatch.setenv("SOP_HOME", "/srv/sop")
    monkeypatch.setenv("SOP_MODEL", "openai:gpt-x")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("SOP_PERSON", "")
    settings = read_settings()
    assert settings.home == Path("/srv/sop")
    assert settings.uses_language_model
    assert settings.openai_base_url == "http://127.0.0.1:1/v1"
    assert settings.person is None


@pytest.mark.parametrize(
    ("variable", "value", "part"),
    [
        ("SOP_PORT", "eighty", "SOP_PORT cannot be 'eighty'"),
        ("SOP_PORT", "70000", "SOP_PORT cannot be '70000'"),
        ("SOP_MODEL", "gpt-x", "use analyst, or openai:"),
        ("SOP_MODEL", "openai:", "use analyst, or openai:"),
        ("SOP_SLACK_MODE", "mail", "SOP_SLACK_MODE cannot be 'mail'"),
        ("SOP_MODEL_TIMEOUT", "0", "SOP_MODEL_TIMEOUT"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_with_its_variable(
    monkeypatch, variable, value, part
):
    monkeypatch.setenv(variable, value)
    with pytest.raises(BadRequest, match=part):
        read_settings()


def test_a_misspelt_variable_is_told_with_a_suggestion():
    sentences = unknown_variables({"SOP_MODLE": "x", "SOP_HOME": "y", "PATH": "z"})
    assert sentences == ("SOP_MODLE is set, but there is no such setting. Did you mean SOP_MODEL?",)


def test_the_listing_masks_keys_tokens_and_passwords(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    monkeypatch.setenv("SOP_SLACK_BOT_TOKEN", "xoxb-very-secret")
    monkeypatch.setenv("SOP_DATABASE_URL", "postgresql://sop:very-secret@db/sop")
    shown = {entry.variable: entry.value for entry in listing(read_settings())}
    assert "very-secret" not in str(shown)
    assert shown["SOP_DATABASE_URL"] == f"postgresql://sop:{SECRET}@db/sop"
    assert shown["OPENAI_API_KEY"] == SECRET


def test_every_setting_says_what_it_is():
    assert all(entry.meaning for entry in listing(Settings()))
