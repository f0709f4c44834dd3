"""`flask staff …`: accounts of the console."""

import click
from flask.cli import AppGroup

from core.errors import AppError
from models import Role
from services.resources import Resources
from services.staff import ROLE_NAMES, create_staff, list_staff
from services.topics import ABILITY_NAMES

# Partners are opened in the console, where their institution is chosen.
OURS = [role for role in Role if role != Role.PARTNER]


def staff_commands(resources: Resources) -> AppGroup:
    """The group `staff` over one process's resources."""
    group = AppGroup("staff", help="员工账号:新建、列出。")

    @group.command("create")
    @click.argument("name")
    @click.option(
        "--role", type=click.Choice([role.value for role in OURS]), required=True, help="专员、主管或管理员。"
    )
    @click.option("--display-name", default="", help="用户看到的姓名;不写就用用户名。")
    @click.option("--skills", default="", help=f"业务方向和专长,逗号分隔:{','.join(ABILITY_NAMES)}。")
    @click.option("--regions", default="", help="负责地区,逗号分隔,如 广东省广州市;不写就是全国。")
    def create(name: str, role: str, display_name: str, skills: str, regions: str) -> None:
        """新建账号,初始密码只显示这一次,首次登录时必须修改。"""
        try:
            with resources.database.unit_of_work() as session:
                person, password = create_staff(
                    session,
                    username=name,
                    display_name=display_name,
                    role=Role(role),
                    skills=_parts(skills),
                    regions=_parts(regions),
                    now=resources.clock.now(),
                )
        except AppError as error:
            raise click.ClickException(error.message) from None
        click.echo(f"已建好 {person.username}({ROLE_NAMES[Role(role)]})。")
        click.echo(f"初始密码:{password}")

    @group.command("list")
    def show() -> None:
        """列出账号。"""
        with resources.database.reading() as session:
            for person in list_staff(session):
                state = "" if person.is_active else "(已停用)"
                click.echo(f"{person.username}  {person.display_name}  {ROLE_NAMES[Role(person.role)]}{state}")

    return group


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.replace("\uff0c", ",").replace("、", ",").split(",") if part.strip()]
