"""A question of figures, read once: its days, sums, shares, and what it asks for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from nlp.normalisation import default_normaliser
from nlp.patent_numbers import find_numbers
from nlp.rules.days_said import DaySaid, find_days_said, find_months_said, find_years_said
from nlp.rules.roles import assign_days
from nlp.rules.values_said import amounts_said, first_kind, nearest_kind, percents_said

ASKS_DAY = re.compile(
    r"哪[天日年]|哪个月|哪一[天日年]|[几多]号|几月|什么时[候间]|啥时|何时|几时|最[晚迟早快]|最后(?:期限|一天|哪)|截止|截至|死线|到期|期限|届满|期满|来[得不]及|赶[得不]上|"
    r"还?剩|还有(?:多|几|没有?)|多久|多长时间|过[期了]没|超期|超了没|晚了(?:没|吗)|过期了?吗|(?:[终截]止|到期|届满|期满|最后|失效)日|(?:异议|复审|答复|备案|宽展|续展|优先权|保护|公告)期(?=\s|$|[,。?])|到什么|到哪|日期|的日子|什么日子|哪个日子|日子(?:是|给)|算一?下|算算|帮.{0,3}算|[dD][dD][lL]|(?i:dead\s?line)|能到|几几年|还能(?:不能)?|还行|几天|多少天|失效|过期|没了|不受保护|满[十二一\d]+年|结束|(?:到|是|为|在|:)\s*$"
)
ASKS_SUM = re.compile(
    r"多少|几多|几[块钱万个百千分成]|百分之几|几个点|多[大少]?钱|好多(?:钱|$|[??])|顶格|封顶|算|怎么[分摊收]|各[家方自]?|分别|是几|总[金数共额]|合计|一共|共计|金额|数额|[上下]限|底线|够不够|够吗|够(?:不够)?\d+分|要给|能[评过不]|达标|合格|几何|啥数|行不行|可不可以|过线|最[高低少多]|(?:是|为|:|出|赔|承担|缴|交|付|担|拿|给|掏|净成本)\s*$"
)
STRICT = re.compile(
    r"哪[天日]|哪一天|几号|到期日|截止日|还剩(?:多|几)|还有(?:多[久少]|几)[天年个]?|帮.{0,3}算|算一?下|算算|(?:要|该|得|应)[该当得]?(?:交|缴|付|补|赔|给|拿|出)多少|值多少"
)
PERSONAL = re.compile(
    r"我(?:们|司|家|公司)?的?(?:这|那|有|的|家|手|想|个|件|公司)|我(?:们|司|专利|发明|实用新型|实新|外观|商标|软著)|[这那]\s*[件个项]|它|咱|本公司|俺|人家|对方"
)
GENERAL = re.compile(
    r"有(?:什么|啥|何)(?:后果|影响|区别|条件|用|规定|要求|材料)|会怎[么样]|(?:怎么|如何|咋)(?:办|申请|交|缴|弄|提交|走)|为什么|为啥|"
    r"(?:什么|哪些|啥)(?:材料|资料|条件|手续|流程|证据)|什么意思|是指|凭什么|区别|依据是|法律依据|哪一?条|规定在"
)
# What will come of one's own case is no figure: 会不会被驳回, 帮我算算.
FORECAST = re.compile(r"会不会被?(?:驳|撤|毙|拒|无效)")
FROM_WHEN = re.compile(r"(?:从|自|按)(?:哪|什么|啥|何|几).{0,4}(?:算|起|数|开始|生效)|还是(?:从|按).{0,6}(?:算|起)")
SUM_OR_DAY = re.compile(r"多少|哪[天日]|哪一天|几号|最[晚迟]|截止|几块|几钱|什么时候|还剩|还有几|算")
# 仨月 is 三个月; 费减85 and 打85折 off are shares without their sign.
SPOKEN = (
    (re.compile(r"仨(?:个)?"), "三个"),
    (re.compile(r"俩(?:个)?"), "两个"),
    (re.compile(r"按(85|70)(?=减)"), r"按\1%"),
    (re.compile(r"(减[缴免]?(?:了|的|到|掉)?)\s*(85|70)(?![\d%.元块万])"), r"\1\2%"),
)
NUMBER_KINDS = {"1": "invention", "8": "invention", "2": "utility_model", "9": "utility_model", "3": "design"}
TODAY = re.compile(r"今[天日儿个]|刚[刚才]")


@dataclass(frozen=True)
class Sentence:
    """One turn in plain writing, and the day on which it was said."""

    text: str
    at: date

    @classmethod
    def of(cls, raw: str, at: date) -> "Sentence":
        plain = default_normaliser().plain(raw)
        for pattern, written in SPOKEN:
            plain = pattern.sub(written, plain)
        return cls(plain, at)

    @cached_property
    def days(self) -> list[DaySaid]:
        return find_days_said(self.text, self.at)

    @cached_property
    def months(self) -> list[DaySaid]:
        return find_months_said(self.text, self.at)

    @cached_property
    def years(self) -> list[tuple[int, int, int]]:
        return find_years_said(self.text, self.at)

    @cached_property
    def sums(self) -> list[tuple[int, int, Decimal]]:
        taken = [(day.start, day.end) for day in (*self.days, *self.months)]
        taken += [(start, end) for start, end, _ in (*self.years, *self.percents)]
        taken += [(number.start, number.end) for number in find_numbers(self.text)]
        return amounts_said(self.text, taken)

    @cached_property
    def percents(self) -> list[tuple[int, int, Decimal]]:
        return percents_said(self.text)

    @cached_property
    def kind(self) -> str | None:
        return first_kind(self.text) or self._kind_of_number()

    def _kind_of_number(self) -> str | None:
        """What the type digit of an application number says."""
        for number in find_numbers(self.text):
            digits = number.normal.removeprefix("CN").partition(".")[0]
            if number.kind == "application":
                return NUMBER_KINDS.get(digits[4] if len(digits) == 12 else digits[2])
        return None

    def kind_of(self, day: date | None) -> str | None:
        """The kind of patent that is said closest to a day; the first one where no day is given."""
        said = next((each for each in self.days if each.value == day), None)
        return self.kind if said is None else nearest_kind(self.text, said.start, said.end) or self.kind

    @property
    def asks_day(self) -> bool:
        return bool(ASKS_DAY.search(self.text)) and not self.is_general

    @property
    def asks_sum(self) -> bool:
        return bool(ASKS_SUM.search(self.text)) and not self.is_general

    @property
    def is_general(self) -> bool:
        """A question of law or procedure, not of a figure."""
        if FROM_WHEN.search(self.text) or FORECAST.search(self.text):
            return True
        return bool(GENERAL.search(self.text)) and not SUM_OR_DAY.search(self.text)

    @property
    def is_personal(self) -> bool:
        """About somebody's own matter, and asking for the very figure."""
        is_strict = STRICT.search(self.text) and not FORECAST.search(self.text)
        return bool(is_strict and PERSONAL.search(self.text))

    def has(self, pattern: str) -> bool:
        return re.search(pattern, self.text) is not None

    def roles(self, cues: Mapping[str, str], default: str | None) -> dict[str, date]:
        """The days by what they are the day of; 今天 only where nothing else is said or a cue stands by it."""
        days: Sequence[DaySaid] = self.days
        others = [day for day in days if not TODAY.match(self.text[day.start : day.end])]
        given = assign_days(self.text, days, cues, None)
        if default and default not in given:
            used = set(given.values())
            free = [day.value for day in (others or days) if day.value not in used]
            if free:
                given[default] = free[0]
        return given

    def sum_near(self, cue: str, *, within: int = 14) -> Decimal | None:
        """The sum that stands closest to a cue, before or behind it."""
        best: tuple[float, Decimal] | None = None
        for match in re.finditer(cue, self.text):
            for start, end, value in self.sums:
                distance = start - match.end() if start >= match.end() else match.start() - end + 0.5
                between = self.text[match.end() : start] if start >= match.end() else self.text[end : match.start()]
                distance += 6 * len(re.findall(r"[,。;、]", between))
                if 0 <= distance <= within and (best is None or distance < best[0]):
                    best = (distance, value)
        return best[1] if best else None

    def percent_near(self, cue: str, *, within: int = 10) -> Decimal | None:
        """The share that stands closest to a cue."""
        best: tuple[float, Decimal] | None = None
        for match in re.finditer(cue, self.text):
            for start, end, value in self.percents:
                distance = start - match.end() if start >= match.end() else match.start() - end + 2
                if 0 <= distance <= within and (best is None or distance < best[0]):
                    best = (distance, value)
        return best[1] if best else None


def without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    """Only what has been said."""
    return {name: value for name, value in values.items() if value is not None}
