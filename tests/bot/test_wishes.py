"""What is offered when a sentence is not understood."""

from datetime import date

import pytest
from flask.testing import FlaskClient

from bot.skills.wishes import PERSON, WISHES
from nlp.understanding import Understander
from tests.support.pushes import Pusher

UNDERSTANDER = Understander()


@pytest.mark.parametrize("intent", sorted(WISHES.keys() - {"policy_question"}))
def test_a_choice_that_is_tapped_is_understood_as_what_it_says(intent: str) -> None:
    read = UNDERSTANDER.understand(WISHES[intent].text, at=date(2026, 11, 22))

    assert (read.intent, read.act) == (intent, None)
    assert read.confidence >= 0.6


def test_an_unclear_sentence_offers_what_was_likely_meant_and_a_person(client: FlaskClient, pusher: Pusher) -> None:
    text = "公司的东西想弄一下"

    answer = pusher.say(client, "o-unclear", text)

    likely = {WISHES[intent].title for intent, chance in UNDERSTANDER.rank(text) if intent in WISHES and chance >= 0.1}
    assert UNDERSTANDER.understand(text, at=date(2026, 11, 22)).confidence < 0.35
    assert "没看明白" in answer and PERSON.title in answer
    assert any(title in answer for title in likely)
