"""What the sandbox is told at start: where the product listens, and both apps' secrets by the product's names."""

import hashlib
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK_HOSTS = {"127.0.0.1", "localhost", "::1"}
Mode = Literal["plaintext", "compatible", "safe"]


class RefusedStart(RuntimeError):
    """The sandbox will not start; the message says why."""


class SandboxSettings(BaseSettings):
    """Field names are the environment variables' names in lower case; the command line's come in as values."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    target: str
    state_path: Path | None = None
    account_name: str = "知桥"
    push_timeout_seconds: float = 5.0
    environment: str = "development"

    wechat_official_app_id: str
    wechat_official_app_secret: SecretStr
    wechat_official_token: SecretStr
    wechat_official_aes_key: SecretStr | None = None
    wechat_official_mode: Mode = "safe"
    wechat_official_original_id: str = ""
    wechat_miniprogram_app_id: str = ""
    wechat_miniprogram_app_secret: SecretStr | None = None
    wechat_miniprogram_token: SecretStr | None = None
    wechat_miniprogram_aes_key: SecretStr | None = None


def read_settings(
    target: str,
    *,
    state_path: Path | None = None,
    account_name: str = "知桥",
    push_timeout_seconds: float = 5.0,
) -> SandboxSettings:
    """The environment and the command line together; RefusedStart where a value is missing or unsafe."""
    try:
        settings = SandboxSettings(
            target=target.rstrip("/"),
            state_path=state_path,
            account_name=account_name,
            push_timeout_seconds=push_timeout_seconds,
        )
    except ValidationError as error:
        names = ", ".join(".".join(str(part) for part in item["loc"]).upper() for item in error.errors())
        raise RefusedStart(f"Missing or wrong: {names}") from None
    check_settings(settings)
    return settings


def check_settings(settings: SandboxSettings) -> None:
    """RefusedStart unless this is a development machine talking to itself."""
    if settings.environment.strip().lower() == "production":
        raise RefusedStart("The sandbox is a development tool and does not run with ENVIRONMENT=production.")
    target = urlsplit(settings.target)
    if target.scheme != "http" or target.hostname not in LOOPBACK_HOSTS:
        raise RefusedStart("The target must be http:// on loopback (127.0.0.1, localhost or ::1).")
    for name in ("wechat_official_aes_key", "wechat_miniprogram_aes_key"):
        key: SecretStr | None = getattr(settings, name)
        if key is not None and len(key.get_secret_value()) != 43:
            raise RefusedStart(f"{name.upper()} must have 43 characters.")
    if settings.wechat_official_mode != "plaintext" and settings.wechat_official_aes_key is None:
        raise RefusedStart("WECHAT_OFFICIAL_AES_KEY is required unless WECHAT_OFFICIAL_MODE is plaintext.")


def original_id_for(app_id: str) -> str:
    """A gh_ id for an app that was given none: always the same for the same app id."""
    return "gh_" + hashlib.sha256(f"original:{app_id}".encode()).hexdigest()[:12]
