"""What an applicant holds, as counts that the mini-program draws itself."""

from apiflask import APIBlueprint

from core.errors import InvalidInput, NotFound
from miniapp_api.context import current_api
from miniapp_api.schemas.portfolios import FieldCountOut, KindCountOut, PortfolioOut, StatusCountOut, YearCountOut
from models import LegalStatus, PatentKind
from nlp.ipc_names import subclass_name
from services.patent_words import KIND_NAMES, STATUS_NAMES
from services.portfolios import count_portfolio

LONGEST_NAME = 120
UNKNOWN_STATUS = "状态不详"


def add_routes(api: APIBlueprint) -> None:
    api.get("/applicants/<name>/portfolio")(api.output(PortfolioOut)(show_portfolio))


def show_portfolio(name: str) -> PortfolioOut:
    """看申请人的专利家底

    `name` 是申请人名称或其中一段。数的是库里收录的公开文本,不一定是全部。
    发明申请一般满18个月才公开,最近一两年的数会偏少。
    """
    wanted = name.strip()
    if not wanted or len(wanted) > LONGEST_NAME:
        raise InvalidInput("申请人名称要1到120个字。", fields={"name": "1到120个字。"})
    api = current_api()
    with api.database.reading() as session:
        portfolio = count_portfolio(session, api.resources.patent_search, wanted)
    if portfolio is None:
        raise NotFound(f"库里没有“{wanted[:40]}”的专利,请核对名称。")
    return PortfolioOut(
        applicant=wanted,
        names=list(portfolio.names),
        total=portfolio.total,
        by_year=[YearCountOut(year=year, count=count) for year, count in portfolio.by_year],
        by_kind=[
            KindCountOut(kind=PatentKind(kind), label=KIND_NAMES[kind], count=count)
            for kind, count in portfolio.by_kind
        ],
        by_status=[
            StatusCountOut(
                legal_status=LegalStatus(status), label=STATUS_NAMES.get(status, UNKNOWN_STATUS), count=count
            )
            for status, count in portfolio.by_status
        ],
        by_field=[FieldCountOut(ipc=ipc, label=subclass_name(ipc), count=count) for ipc, count in portfolio.by_field],
        data_date=portfolio.data_date,
        is_demo=portfolio.is_demo,
    )
