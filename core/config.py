"""Typed settings, read from the environment once; nothing else looks at the environment."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK_HOSTS = {"127.0.0.1", "localhost", "::1"}


class Environment(StrEnum):
    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class ConfigurationError(RuntimeError):
    """The environment is incomplete or contradictory; the message names every variable at fault."""


class DataSettings(BaseSettings):
    """Where the data lie: all that a command without WeChat and queue needs."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    database_url: str = ""
    var_dir: Path = Path("var")

    @property
    def sqlalchemy_url(self) -> str:
        """DATABASE_URL with the driver we install, or the embedded SQLite file under VAR_DIR."""
        if not self.database_url:
            return f"sqlite:///{self.var_dir.resolve() / 'zhiqiao.db'}"
        for prefix in ("postgres://", "postgresql://"):
            if self.database_url.startswith(prefix):
                return "postgresql+psycopg://" + self.database_url.removeprefix(prefix)
        return self.database_url


class Settings(DataSettings):
    """What a deployment may decide. Field names are the variables' names in lower case."""

    environment: Environment = Environment.DEVELOPMENT
    redis_url: str = "redis://127.0.0.1:6379/0"
    secret_key: SecretStr
    public_base_url: str = "http://127.0.0.1:8000"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    trusted_proxy_count: int = Field(default=0, ge=0, le=5)
    metrics_token: SecretStr | None = None

    wechat_official_app_id: str
    wechat_official_app_secret: SecretStr
    wechat_official_token: SecretStr
    wechat_official_aes_key: SecretStr | None = None
    wechat_official_previous_aes_key: SecretStr | None = None
    wechat_official_mode: Literal["plaintext", "compatible", "safe"] = "safe"
    wechat_official_original_id: str = ""
    wechat_miniprogram_app_id: str = ""
    wechat_miniprogram_app_secret: SecretStr | None = None
    wechat_miniprogram_token: SecretStr | None = None
    wechat_miniprogram_aes_key: SecretStr | None = None
    wechat_api_base_url: str = "https://api.weixin.qq.com"

    openai_base_url: str = ""
    openai_api_key: SecretStr | None = None
    chat_model: str = ""
    embedding_model: str = ""
    chat_deadline_seconds: float = Field(default=18, ge=2, le=20)
    chat_calls_per_user_per_day: int = Field(default=60, ge=0)
    ai_label: str = "由AI整理,以原文为准"

    files_s3_endpoint: str = ""
    files_s3_bucket: str = ""
    files_s3_access_key: str = ""
    files_s3_secret_key: SecretStr | None = None
    files_s3_region: str = "us-east-1"

    timestamp_url: str = ""
    timestamp_ca_file: Path | None = None
    timestamp_name: str = ""
    notary_url: str = ""
    notary_secret: SecretStr | None = None
    notary_name: str = ""

    @classmethod
    def from_env(cls, **overrides: Any) -> "Settings":
        """Read the process environment; raises ConfigurationError that names each missing or wrong variable."""
        try:
            return cls(**overrides)
        except ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(str(part) for part in item['loc']).upper() or 'settings'}: {item['msg']}"
                for item in error.errors()
            )
            raise ConfigurationError(f"Cannot start. {problems}") from None

    @property
    def is_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def has_public_address(self) -> bool:
        """Whether a phone elsewhere can open PUBLIC_BASE_URL."""
        return urlsplit(self.public_base_url).hostname not in LOOPBACK_HOSTS

    @property
    def uses_wechat_sandbox(self) -> bool:
        """True where the WeChat API base URL points to this machine's sandbox."""
        return urlsplit(self.wechat_api_base_url).hostname in LOOPBACK_HOSTS

    @model_validator(mode="after")
    def _check_consistency(self) -> "Settings":
        problems = [
            *self._wechat_problems(),
            *self._model_problems(),
            *self._evidence_problems(),
            *self._production_problems(),
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def answer_label(self) -> str:
        """What a model's answer is marked with; empty where a deployment wants no mark."""
        return "" if self.ai_label.strip().lower() == "off" else self.ai_label

    def _model_problems(self) -> list[str]:
        if self.chat_model and not (self.openai_base_url and self.openai_api_key):
            return ["OPENAI_BASE_URL and OPENAI_API_KEY are required with CHAT_MODEL"]
        return []

    def _evidence_problems(self) -> list[str]:
        """Where files lie and who stamps and certifies: each of them whole, or not at all."""
        groups = {
            "FILES_S3_ENDPOINT, _BUCKET, _ACCESS_KEY and _SECRET_KEY": (
                self.files_s3_endpoint,
                self.files_s3_bucket,
                self.files_s3_access_key,
                self.files_s3_secret_key,
            ),
            "TIMESTAMP_URL, _CA_FILE and _NAME": (self.timestamp_url, self.timestamp_ca_file, self.timestamp_name),
            "NOTARY_URL, _SECRET and _NAME": (self.notary_url, self.notary_secret, self.notary_name),
        }
        problems = [f"{names} are needed together" for names, group in groups.items() if any(group) and not all(group)]
        addresses = {
            "FILES_S3_ENDPOINT": self.files_s3_endpoint,
            "TIMESTAMP_URL": self.timestamp_url,
            "NOTARY_URL": self.notary_url,
        }
        for name, address in addresses.items():
            parts = urlsplit(address)
            if address and (parts.scheme not in {"http", "https"} or not parts.hostname):
                problems.append(f"{name} must be an http or https address")
        if self.timestamp_ca_file is not None and not self.timestamp_ca_file.is_file():
            problems.append("TIMESTAMP_CA_FILE must be a file with the authority's root certificates (PEM)")
        if self.is_production:
            # A hash is no secret and a token is signed; what an office and a bucket hold is.
            for name in ("FILES_S3_ENDPOINT", "NOTARY_URL"):
                if urlsplit(addresses[name]).scheme == "http":
                    problems.append(f"{name} must be https")
        return problems

    def _wechat_problems(self) -> list[str]:
        problems = []
        if not self.wechat_official_token.get_secret_value():
            problems.append("WECHAT_OFFICIAL_TOKEN must not be empty")
        if self.wechat_official_mode != "plaintext" and self.wechat_official_aes_key is None:
            problems.append("WECHAT_OFFICIAL_AES_KEY is required unless WECHAT_OFFICIAL_MODE is plaintext")
        keys = {
            "WECHAT_OFFICIAL_AES_KEY": self.wechat_official_aes_key,
            "WECHAT_OFFICIAL_PREVIOUS_AES_KEY": self.wechat_official_previous_aes_key,
            "WECHAT_MINIPROGRAM_AES_KEY": self.wechat_miniprogram_aes_key,
        }
        problems += [
            f"{name} must have 43 letters and digits"
            for name, key in keys.items()
            if key and not re.fullmatch("[A-Za-z0-9]{43}", key.get_secret_value())
        ]
        if self.wechat_miniprogram_app_id and not (
            self.wechat_miniprogram_app_secret and self.wechat_miniprogram_token
        ):
            problems.append("WECHAT_MINIPROGRAM_APP_SECRET and _TOKEN are required with WECHAT_MINIPROGRAM_APP_ID")
        real = self.wechat_api_base_url == "https://api.weixin.qq.com"
        if not real and (self.is_production or not self.uses_wechat_sandbox):
            problems.append("WECHAT_API_BASE_URL may only point to loopback, and only outside production")
        return problems

    def _production_problems(self) -> list[str]:
        if not self.is_production:
            return []
        problems = []
        if not self.database_url:
            problems.append("DATABASE_URL is required in production")
        if len(self.secret_key.get_secret_value()) < 32:
            problems.append("SECRET_KEY needs at least 32 characters in production")
        if not self.public_base_url.startswith("https://"):
            problems.append("PUBLIC_BASE_URL must be https in production")
        return problems
