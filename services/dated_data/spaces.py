"""Rooms for projects: what is free, for whom, at what rent."""

from typing import Annotated

from services.catalogue.fields import Amount, Ask, Count, Form, Line, Paragraph
from services.catalogue.sectors import Sector


class IncubatorSpace(Form):
    incubator: Annotated[Line, Ask("孵化器", "哪家孵化器")]
    vacant_area: Annotated[Count, Ask("空置面积(平方米)", "现在能租的面积")]
    rent: Annotated[Amount | None, Ask("租金(元/平方米·月)", "没公布就不填")] = None
    sectors: Annotated[list[Sector] | None, Ask("接收行业", "不限就不填")] = None
    conditions: Annotated[Paragraph | None, Ask("入驻条件", "一行一条")] = None
