"""The quick score of a patent."""

from apiflask import APIBlueprint

from core.clock import china_date
from miniapp_api.context import current_api, current_caller
from miniapp_api.schemas.quick_scores import QuickScoreOut, ScorePartOut
from nlp.market.quick_score import LABEL
from services.market.quick_scores import score_right


def add_routes(api: APIBlueprint) -> None:
    api.get("/patents/<number>/quick-score")(api.output(QuickScoreOut)(show_quick_score))


def show_quick_score(number: str) -> QuickScoreOut:
    """自动估分

    按规则打分,不是评估报告,不代表价格。没有数据的项按0到满分算成范围。年费和运用只看自己托管的。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        found = score_right(session, user_id=caller.user_id, number=number, today=china_date(api.clock.now()))
        score = found.score
        return QuickScoreOut.model_validate(
            {
                "number": found.number,
                "title": found.title,
                "label": LABEL,
                "low": score.low if score is not None else None,
                "high": score.high if score is not None else None,
                "confidence": score.confidence if score is not None else None,
                "parts": [
                    ScorePartOut(key=each.key, name=each.name, points=each.points, most=each.most, why=each.why)
                    for each in (score.parts if score is not None else ())
                ],
                "source": found.source,
                "data_date": found.data_date,
                "is_demo": found.is_demo,
            }
        )
