"""Two wishes in one sentence: the first is done, the second is offered."""

from dataclasses import replace

from bot.context import TurnContext
from bot.flows import forms
from bot.replies import Choice, Reply
from bot.skills import Skill
from nlp.intents import wish_parts

SURE = 0.7
MOST_CHOICES = 3
LONGEST_TWO_WISHES = 80


def with_second_wish(skill: Skill, context: TurnContext) -> Skill:
    """找石墨烯专利 然后帮我注册商标: the first is done, the second is not forgotten."""
    if (
        skill.name not in {"patent_search", "patent_detail", "policy", "desk", forms.NAME}
        or len(context.text) > LONGEST_TWO_WISHES
    ):
        return skill
    parts = wish_parts(context.text)
    if len(parts) != 2:
        return skill
    first, second = (context.resources.understander.understand(part, at=context.today) for part in parts)
    done = context.understanding.intent
    left = parts[1] if done == first.intent else parts[0]
    wish = second if done == first.intent else first
    if wish.confidence < SURE or wish.intent in {None, done, "chitchat", "out_of_scope", "greeting"}:
        return skill

    def answer(given: TurnContext) -> Reply:
        return _with_other_wish(skill.answer(given), left)

    return Skill(skill.name, answer, is_slow=skill.is_slow)


def _with_other_wish(reply: Reply, left: str) -> Reply:
    commit = reply.on_commit
    if commit is not None:
        return replace(reply, on_commit=lambda session, found: _with_other_wish(commit(session, found), left))
    choices = (*reply.choices[: MOST_CHOICES - 1], Choice(left, "办另一件"))
    return replace(reply, text=f"{reply.text}\n还有一件:{left}。", choices=choices)
