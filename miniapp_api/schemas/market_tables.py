"""Offers beside each other, and a seller's deals as a table."""

from typing import Annotated

from pydantic import Field, StringConstraints

from miniapp_api.schemas.common import Input, Output
from miniapp_api.schemas.market import BoardPostOut
from services.deals.export import Table


class ComparisonQuery(Input):
    ids: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,32}(,[A-Za-z0-9_-]{1,32}){0,9}$")] = Field(
        description="2到4条供给的 id,逗号隔开", examples=["Jx3kqv0p5Qm2o1c9s8dLrA,Kx3kqv0p5Qm2o1c9s8dLrB"]
    )


class ComparisonOut(Output):
    items: list[BoardPostOut]
    differs: list[str] = Field(description="哪几项不一样", examples=[["modes", "amount_yuan"]])
    cheapest: list[str] | None = Field(description="写了价的里面最低的;不到两条写价为 null")


class DealExportQuery(Input):
    table: Table = Field(
        description="sales 办完的出售;leads 还没结束的线索;benefits 收益分配,一人一行", examples=["sales"]
    )
