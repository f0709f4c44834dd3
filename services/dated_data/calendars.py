"""The working calendar of a year: what the yearly notice says of days off and of the weekends that are worked."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from services.catalogue.fields import Ask, Form, Paragraph, Reads
from services.dated_data.calendar_lines import CalendarLineError, read_days

FRIDAY = 4


class WorkingYear(Form):
    year: Annotated[int, Field(ge=2000, le=2100), Reads.COUNT, Ask("年份", "如 2027")]
    days_off: Annotated[Paragraph, Ask("放假", "一行一段,如 10月1日至10月7日 国庆节")]
    worked: Annotated[Paragraph | None, Ask("调休上班", "一行一天,如 10月9日 国庆节;没有就不填")] = None

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> dict[str, str]:
        year, problems = values["year"], {}
        read: dict[str, set[Any]] = {}
        for name in ("days_off", "worked"):
            try:
                read[name] = set(read_days(str(values.get(name) or ""), year))
            except CalendarLineError as error:
                problems[name] = str(error)
        if problems:
            return problems
        weekdays = sorted(day for day in read["worked"] if day.weekday() <= FRIDAY)
        if weekdays:
            return {"worked": f"{weekdays[0].month}月{weekdays[0].day}日不是周末,不用调休"}
        both = sorted(read["worked"] & read["days_off"])
        return {"worked": f"{both[0].month}月{both[0].day}日又放假又上班"} if both else {}
