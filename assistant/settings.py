"""The settings, read from the environment here and nowhere else."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from planning_engine.errors import BadRequest, nearest

PREFIX = "SOP_"
SECRET = "••••••••"
# Read by the tests and benches of the house, not by the assistant.
_OTHERS = ("SOP_SHARED",)


def _model_name(name: str) -> str:
    if name != "analyst" and not (name.startswith("openai:") and name != "openai:"):
        raise ValueError("use analyst, or openai: and the name of a model")
    return name


def _scheduler(address: str) -> str:
    if not address.startswith(("tcp://", "tls://")):
        raise ValueError("write the scheduler's address as tcp://host:port")
    return address


class Settings(BaseSettings):
    """What can be set, with what holds when nothing is; an empty variable counts as unset."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True, populate_by_name=True
    )

    home: Path = Field(Path(".sop"), description="Folder that keeps all state.")
    model: Annotated[str, AfterValidator(_model_name)] = Field(
        "analyst", description="analyst (built in), or openai:NAME for a language model."
    )
    model_api: Literal["chat", "responses"] = Field(
        "chat", description="OpenAI interface to speak; compatible servers know chat."
    )
    model_timeout: float = Field(60, gt=0, le=3600, description="Seconds to wait, per model call.")
    model_retries: int = Field(2, ge=0, le=10, description="How often a model call is tried again.")
    allow_fallback: bool = Field(
        True, description="The built-in analyst answers when the language model cannot."
    )
    database_url: str | None = Field(
        None, description="SQLAlchemy URL; a SQLite file in the home folder if left out."
    )
    chroma_url: str | None = Field(
        None, description="Chroma server; an index in the home folder if left out."
    )
    cluster: Annotated[str, AfterValidator(_scheduler)] | None = Field(
        None,
        description="tcp://… of a Dask scheduler for long runs; processes of this machine if left "
        "out.",
    )
    workers: int | None = Field(
        None,
        ge=1,
        le=256,
        description="Worker processes of this machine; one per core if left out.",
    )
    person: str | None = Field(
        None, description="Who asks on this machine; its owner, who sees all, if left out."
    )
    host: str = Field("127.0.0.1", description="Address the web page is served on.")
    port: int = Field(8000, ge=0, le=65535, description="Port of the web page, or the next free.")
    slack_bot_token: str | None = Field(None, description="xoxb-…, to answer in Slack.")
    slack_signing_secret: str | None = Field(
        None, description="Checks that a request comes from Slack (HTTP mode)."
    )
    slack_app_token: str | None = Field(None, description="xapp-…, for Socket Mode.")
    slack_mode: Literal["http", "socket"] = Field("http", description="How Slack reaches us.")
    slack_api_url: str | None = Field(None, description="Slack's Web API, if not Slack's own.")
    embedding: str = Field("minilm", description="Model that notes and questions are read with.")
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], Field(description="How much goes to stderr.")
    ] = "WARNING"
    openai_api_key: str | None = Field(
        None, validation_alias="OPENAI_API_KEY", description="Key of the model's provider."
    )
    openai_base_url: str | None = Field(
        None, validation_alias="OPENAI_BASE_URL", description="Its address, if not OpenAI's own."
    )

    @property
    def store_url(self) -> str:
        """The database in use: the one set, or the SQLite file in the home folder."""
        return self.database_url or f"sqlite:///{self.home.absolute() / 'state.db'}"

    @property
    def uses_language_model(self) -> bool:
        """Tell whether questions leave this process for a language model."""
        return self.model != "analyst"


@dataclass(frozen=True)
class Setting:
    """One line of the listing: a variable, its value and default as shown to people."""

    variable: str
    value: str
    default: str
    is_set: bool
    meaning: str


def read_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        BadRequest: A value cannot be used; the sentence names the variable.
    """
    try:
        return Settings()
    except ValidationError as problem:
        first = problem.errors()[0]
        variable = _variable_of(str(first["loc"][0]))
        reason = first["msg"].removeprefix("Value error, ")
        shown = SECRET if _is_secret(variable) else first["input"]
        raise BadRequest(f"{variable} cannot be '{shown}': {reason}.") from problem


def unknown_variables(environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return a sentence for each `SOP_` variable that nothing reads."""
    known = [_variable_of(name) for name in Settings.model_fields]
    sentences = []
    for name in sorted(os.environ if environment is None else environment):
        if name.startswith(PREFIX) and name not in known and name not in _OTHERS:
            close = nearest(name, known)
            hint = f" Did you mean {close[0]}?" if close else ""
            sentences.append(f"{name} is set, but there is no such setting.{hint}")
    return tuple(sentences)


def listing(settings: Settings) -> tuple[Setting, ...]:
    """Return every setting with its value and default; secrets are masked."""
    lines = []
    for name, field in Settings.model_fields.items():
        variable, value = _variable_of(name), getattr(settings, name)
        lines.append(
            Setting(
                variable,
                _shown(variable, value),
                _shown(variable, field.default),
                value != field.default,
                field.description or "",
            )
        )
    return tuple(lines)


def without_password(url: str) -> str:
    """Return a URL fit to be shown: its password is masked."""
    scheme, separator, rest = url.partition("://")
    credentials, at, place = rest.rpartition("@")
    if not (separator and at):
        return url
    return f"{scheme}://{credentials.partition(':')[0]}:{SECRET}@{place}"


def _variable_of(name: str) -> str:
    upper = name.upper()
    return upper if upper.startswith(("OPENAI_", PREFIX)) else PREFIX + upper


def _is_secret(variable: str) -> bool:
    return variable.endswith(("_TOKEN", "_SECRET", "_KEY"))


def _shown(variable: str, value: object) -> str:
    if value is None:
        return "—"
    return SECRET if _is_secret(variable) else without_password(str(value))
