"""What staff set of a service, as dated records: one entry a place, its key names service and place."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, ClassVar, cast

from pydantic import Field, StringConstraints

from services.catalogue import CatalogueError, declared
from services.catalogue.consistency import check_catalogue
from services.catalogue.fields import NO_NUL, Ask, Choice, Form, Reads
from services.catalogue.model import Service
from services.catalogue.settings import Place, Setting, Sort, places_of, problem_of_text, with_settings

SERVICE_SETTING = "service_setting"
GONE = "这项服务已经没有这一处"
# The fewest days in which so many working hours can pass: staff are there seven hours a day.
HOURS_A_DAY = 7

Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=NO_NUL), Reads.TEXT
]
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=60, pattern=NO_NUL), Reads.LINE]


class Offer(Choice):
    OPEN = "open", "受理新申请"
    PAUSED = "paused", "暂停受理"


class ServiceSetting(Form):
    """The base of the three; `place` is what the values are for, None where a newer declaration lacks it."""

    place: ClassVar[Place | None] = None

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> dict[str, str]:
        first = next(iter(cls.model_fields), "")
        if cls.place is None:
            return {first: GONE}
        problem = cls.place.locked or cls.problem(cls.place, values) or _inconsistent(cls.place, values)
        return {first: problem} if problem else {}

    @classmethod
    def problem(cls, place: Place, values: Mapping[str, Any]) -> str:
        """What is wrong with the value at this place, in words."""
        return ""


class TextSetting(ServiceSetting):
    text: Annotated[Words, Ask("文字", "企业看到的话", refusal="写1至300个字。")]

    @classmethod
    def problem(cls, place: Place, values: Mapping[str, Any]) -> str:
        return problem_of_text(str(values["text"]), place)


class HoursSetting(ServiceSetting):
    hours: Annotated[
        int,
        Field(ge=1, le=2000),
        Reads.COUNT,
        Ask("时限(工作小时)", "从进入这一步算起;只对以后开始的计时", refusal="填1到2000的整数。"),
    ]

    @classmethod
    def problem(cls, place: Place, values: Mapping[str, Any]) -> str:
        clock = declared()[place.service].clock(place.path[1])
        longest = max((each.total_seconds() for each in clock.reminders), default=0)
        if longest and int(values["hours"]) / HOURS_A_DAY * 86400 <= longest:
            return f"太短:到期前{_said(longest)}要提醒,时限要比它长"
        return ""


class OfferSetting(ServiceSetting):
    offer: Annotated[Offer, Ask("受理", "暂停期间不收新申请,在办的照常办;起止写在生效和失效日期")]
    reason: Annotated[
        Why | None,
        Ask("原因", "暂停时必填,企业会看到,如 合作银行在换系统", refusal="原因写2至60个字。"),
    ] = None

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> dict[str, str]:
        if values["offer"] == Offer.PAUSED.value and not values.get("reason"):
            return {"reason": "暂停要写原因,企业会看到"}
        return super().contradictions(values)


FORMS: Mapping[Sort, type[ServiceSetting]] = {
    Sort.TEXT: TextSetting,
    Sort.HOURS: HoursSetting,
    Sort.OFFER: OfferSetting,
}
# What a place's default is called among the values.
NAMES = {Sort.TEXT: "text", Sort.HOURS: "hours", Sort.OFFER: "offer"}


def find_place(key: str) -> Place | None:
    """The place that an entry's key names; None where the declaration has none such (any more)."""
    service = declared().get(key.partition("/")[0])
    return next((place for place in places_of(service) if place.key == key), None) if service else None


def default_values(place: Place) -> dict[str, Any]:
    """The declaration's own value, as a record would have it."""
    return {NAMES[place.sort]: place.default}


def setting_form(key: str) -> type[Form]:
    """The form of an entry's values, by its key."""
    place = find_place(key)
    return TextSetting if place is None else _form_at(place)


@cache
def _form_at(place: Place) -> type[Form]:
    base = FORMS[place.sort]
    body = {"__module__": base.__module__, "__annotations__": {"place": ClassVar[Any]}, "place": place}
    return cast(type[Form], type(base.__name__, (base,), body))


def _inconsistent(place: Place, values: Mapping[str, Any]) -> str:
    """Whether the declaration contradicts itself with this value in it."""
    try:
        check_one(with_settings(declared()[place.service], {place.path: Setting(values)}))
    except CatalogueError:
        return "这样改和这项服务的其他内容对不上,没有保存"
    return ""


def check_one(service: Service) -> None:
    """Raises CatalogueError where a service contradicts itself."""
    check_catalogue([service], service.intents)


def _said(seconds: float) -> str:
    days, hours = divmod(int(seconds) // 3600, 24)
    return f"{days}天" if days else f"{hours}小时"
