"""A session whose organiser wants to know something."""

from typing import Any

from services.training.questions import stored_questions

PEOPLE = {"label": "人数", "question": "一共来几位?", "kind": "number", "required": True, "example": "3"}
MEAL = {"label": "午餐", "question": "午餐要哪一种?", "kind": "choice", "required": False, "choices": ["荤", "素"]}
PARKING = {"label": "停车", "question": "要停车位吗?", "kind": "yes_no", "required": True}
TOPIC = {"label": "关心的事", "question": "最想听哪一块?", "kind": "text", "required": False, "example": "评估费用"}


def make_questions(*wanted: dict[str, Any]) -> list[dict[str, Any]]:
    """As a session keeps them; all four by default."""
    blank = {"key": "", "example": "", "choices": []}
    return stored_questions([{**blank, **each} for each in wanted or (PEOPLE, MEAL, PARKING, TOPIC)], [])


def keys_of(questions: list[dict[str, Any]]) -> dict[str, str]:
    """Label to key."""
    return {each["label"]: each["key"] for each in questions}
