"""Experts of the panel: for where, for what and against whom each may be drawn, as an approved record says it.

A record goes by the expert's name, under which the expert logs in and is given tasks (models.Institution).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from sqlalchemy.orm import Session

from models import DatedRecord
from services.catalogue.fields import Ask, Choice, Day, Form, Line, Paragraph
from services.dated_data.lookup import list_in_force

EXPERT = "expert"


class Skill(Choice):
    """The same values as services.topics.ABILITY_NAMES."""

    PATENT = "patent", "专利"
    POLICY = "policy", "政策法规"
    FINANCING = "financing", "质押融资"
    ENFORCEMENT = "enforcement", "维权援助"
    TRAINING = "training", "培训"
    MARKET = "market", "供需对接"
    INCUBATION = "incubation", "孵化投资"
    GENERAL = "general", "综合"
    DATA_MINING = "data_mining", "专利数据挖掘"
    LAYOUT = "layout", "专利布局"
    BROKERAGE = "brokerage", "技术经纪"
    ACCOUNTING = "accounting", "财会金融"
    MANAGEMENT = "management", "经营管理"


class Expert(Form):
    skills: Annotated[list[Skill], Ask("擅长方向", "按它派任务,可多选")]
    licence: Annotated[Line | None, Ask("执业证号", "律师、代理师的证号,没有就不填")] = None
    away_until: Annotated[Day | None, Ask("暂不派到", "休假、出差时填,过了这天再派")] = None
    conflicts: Annotated[Paragraph | None, Ask("回避的企业", "一行一个全称,和它们有关的案子不派给这位")] = None


@dataclass(frozen=True)
class Standing:
    """What routing goes by."""

    regions: Sequence[str]
    skills: Sequence[str]
    conflicts: Sequence[str]


def find_experts(session: Session, on: date) -> Mapping[str, Standing]:
    """Who is on the panel that day and not away, by name."""
    return {
        record.name: Standing(
            regions=[record.region],
            skills=list(record.values["skills"]),
            conflicts=[line.strip() for line in str(record.values.get("conflicts") or "").splitlines() if line.strip()],
        )
        for record in list_in_force(session, EXPERT, on)
        if not _is_away(record, on)
    }


def _is_away(record: DatedRecord, on: date) -> bool:
    until = record.values.get("away_until")
    return until is not None and on <= date.fromisoformat(until)
