"""The account's menu, told to WeChat."""

from bot.menu import MENU
from jobs.runtime import outbox_job
from models import Platform
from services.resources import Resources


@outbox_job
def create_menu(resources: Resources) -> None:
    """Creating the same menu again changes nothing."""
    resources.wechat[Platform.OFFICIAL_ACCOUNT].create_menu(MENU)
