"""The push settings of each WeChat app that is configured."""

from pydantic import SecretStr

from adapters.wechat.callback import Callback
from core.config import Settings
from models import Platform


def build_callbacks(settings: Settings) -> dict[Platform, Callback]:
    """What verifies and opens the pushes of each app."""

    def plain(secret: SecretStr | None) -> str | None:
        return secret.get_secret_value() if secret else None

    callbacks = {
        Platform.OFFICIAL_ACCOUNT: Callback(
            app_id=settings.wechat_official_app_id,
            token=settings.wechat_official_token.get_secret_value(),
            aes_key=plain(settings.wechat_official_aes_key),
            previous_aes_key=plain(settings.wechat_official_previous_aes_key),
            mode=settings.wechat_official_mode,
        )
    }
    if settings.wechat_miniprogram_app_id:
        callbacks[Platform.MINI_PROGRAM] = Callback(
            app_id=settings.wechat_miniprogram_app_id,
            token=plain(settings.wechat_miniprogram_token) or "",
            aes_key=plain(settings.wechat_miniprogram_aes_key),
            previous_aes_key=None,
            mode="safe" if settings.wechat_miniprogram_aes_key else "plaintext",
        )
    return callbacks
