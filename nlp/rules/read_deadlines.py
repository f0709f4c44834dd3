"""Reads questions of deadlines: which day the period begins with, and how the paper came."""

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from nlp.rules.configuration import deadline_entries
from nlp.rules.sentence import Sentence, without_empty
from nlp.slots.numerals import CHINESE, read_number

Reading = tuple[str, dict[str, Any]]
ISSUED = r"发文|发出|寄出|落款|邮戳|开出|印发|发文日"
EXTENDED = re.compile(
    rf"(?:延|展)(?:长|期|了)?(?:请求|申请)?(?:了|过|批了)?\s*(?P<months>[12]|[{CHINESE}])\s*个月|(?P<before>[12]|[一两])\s*个月的?(?:延期|延长)"
)
# 不晓得哪天到的, 具体哪天收到查不到了: the only day that is said is that of issue.
WHICH_DAY = r"(?:哪[天日]|几号|什么时[候间]|啥时候?|何时)"
NOT_KNOWN = (
    r"(?:不知道?|不晓得|不清楚|记不[得清住]|忘了|没记|证明不了|"
    r"(?:没法|没办法|无法|不能)证明|说不[清准]|查不[到出清]|搞不清|找不到)"
)
RECEIPT_UNKNOWN = (
    rf"{NOT_KNOWN}[^,。;]{{0,4}}{WHICH_DAY}[^,。;]{{0,4}}(?:收|到|签)|"
    rf"{WHICH_DAY}[^,。;]{{0,4}}(?:收到?|到|签收|送到)[^,。;]{{0,6}}{NOT_KNOWN}|没.{{0,4}}(?:签收|收件)记录"
)
POST = r"邮寄|纸件|纸质|挂号|快递|EMS|ems|平信|邮局|寄出|寄来|寄的"
ELECTRONIC = r"电子|系统|线上|CPC|cpc|网上"


# 12月15号前要答复, 期限是12月15日: the end of a period that somebody has reckoned already, not its beginning.
ENDS_AFTER = re.compile(
    r"\s*(?:之|以)?前(?!后|[^,。;]{0,3}(?:收|拿|接|送|签|发))|\s*(?:就|才|要)?(?:到期|截止|期满|届满|为止|到限)(?!日|时|期|的)"
)
ENDS_BEFORE = re.compile(r"(?:(?:期限|截止|限期|到期)(?:日期?|时间)?[是为到在:]+|(?:最[晚迟后]|必须)[在要是]*)\s*$")


def _ends(sentence: Sentence) -> set[date]:
    """Days that are said to be a limit themselves."""
    text = sentence.text
    return {
        day.value for day in sentence.days if ENDS_AFTER.match(text, day.end) or ENDS_BEFORE.search(text[: day.start])
    }


def deadline_reader(name: str) -> Callable[[Sentence], Reading | None]:
    """The reader of one entry of deadlines.yaml."""
    entry = next(each for each in deadline_entries() if each["name"] == name)
    return partial(_read_deadline, entry=entry)


def _read_deadline(sentence: Sentence, entry: dict[str, Any]) -> Reading | None:
    cues = {"start_on": entry["cue"]}
    if "delivery" in entry:
        cues["issued_on"] = ISSUED
    days = sentence.roles(cues, "start_on")
    if "start_on" in days and "issued_on" in days:
        # Both days are known: the day of receipt decides, unless it only says how.
        if sentence.has(r"收到|送达|签收|拿到|接到"):
            days.pop("issued_on")
        else:
            days.pop("start_on")
    if "delivery" in entry and "start_on" in days and sentence.has(RECEIPT_UNKNOWN):
        days["issued_on"] = days.pop("start_on")
    if _ends(sentence).intersection(days.values()):
        return None
    if not days and not sentence.is_personal:
        return None
    if "starts_since" in entry and days.get("start_on", entry["starts_since"]) < entry["starts_since"]:
        return None
    inputs: dict[str, Any] = {**days, "delivery": _delivery(sentence) if "delivery" in entry else None}
    if "kinds" in entry:
        inputs["kind"] = sentence.kind
    if "extension" in entry and (extended := EXTENDED.search(sentence.text)):
        inputs["extended_months"] = read_number(extended["months"] or extended["before"])
    return entry["name"], without_empty(inputs)


def read_refusal_review(sentence: Sentence) -> Reading | None:
    """A refusal of which it is not said what was refused."""
    reading = _read_deadline(sentence, next(each for each in deadline_entries() if each["name"] == "reexamination"))
    return ("refusal_review", reading[1]) if reading is not None else None


def _delivery(sentence: Sentence) -> str | None:
    if sentence.has(POST):
        return "post"
    return "electronic" if sentence.has(ELECTRONIC) else None


def read_deemed_receipt(sentence: Sentence) -> Reading | None:
    """From the day of issue (or of entering the system); a day of publication where the notice was published."""
    delivery = "published" if sentence.has(r"公告送达|登公告|公告(?:了|的)?[^,。]{0,6}送达") else _delivery(sentence)
    days = sentence.roles({"issued_on": rf"{ISSUED}|寄|发|进系统|进入|推送|上传|公告"}, "issued_on")
    if not days and not sentence.is_personal:
        return None
    office = "trademark" if sentence.has(r"商标|牌子") else None
    return "deemed_receipt", without_empty({**days, "delivery": delivery, "office": office})


def read_priority(sentence: Sentence) -> Reading | None:
    cues = {
        "start_on": r"首次|第一次|先(?:申请|报|交|递)|在先|优先权日|国外|美国|日本|欧洲|德国|韩国|申请|递交|提交|报的"
    }
    days = sentence.roles(cues, "start_on")
    if not days and not sentence.is_personal:
        return None
    return "priority", without_empty({**days, "kind": sentence.kind})


def read_restoration(sentence: Sentence) -> Reading | None:
    cues = {
        "start_on": r"收到|送达|拿到|接到|下来|通知|签收",
        "obstacle_ended_on": r"障碍|消除|恢复通[车行]|解封|解除|结束|出院|停了|退了",
        "expired_on": r"届满|期满|到期|截止|期限",
    }
    has_obstacle = sentence.has(r"不可抗|地震|洪水|台风|疫情|障碍|封|水灾|火灾|暴雨")
    if not has_obstacle:
        cues = {"start_on": cues["start_on"]}
    days = sentence.roles(cues, None if has_obstacle else "start_on")
    if not days and not sentence.is_personal:
        return None
    return "restoration", dict(days)


def read_limitation(sentence: Sentence) -> Reading | None:
    cues = {
        "start_on": r"知道|发现|得知|看到|查到|晓得|知晓|获悉|才知",
        "harm_on": r"开始侵|开始卖|开始生产|发生|侵权行为|损害",
    }
    days = sentence.roles(cues, "start_on")
    if "start_on" not in days and "harm_on" in days:
        days["start_on"] = days.pop("harm_on")
    if not days and not sentence.is_personal:
        return None
    right = "patent" if sentence.has(r"专利|发明|实用新型|实新|外观") else None
    return "limitation", without_empty({**days, "right": right})
