"""`flask menu`: tell WeChat the account's menu. Needed once for a real account, and when the menu has changed."""

import click

from bot.menu import MENU
from core.errors import AppError
from models import Platform
from services.resources import Resources


def menu_command(resources: Resources) -> click.Command:
    """The command over one process's resources."""

    @click.command("menu", help="把自定义菜单发给微信公众平台;改了菜单以后再执行一次。")
    def menu() -> None:
        try:
            resources.wechat[Platform.OFFICIAL_ACCOUNT].create_menu(MENU)
        except AppError as error:
            detail = f"({error})" if str(error) != error.message else ""
            raise click.ClickException(f"{error.message}{detail}") from None
        click.echo("菜单已更新,关注者最迟24小时内看到。")

    return menu
