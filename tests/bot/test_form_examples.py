"""What a question gives as its example is taken when somebody says just that."""

from datetime import date

import pytest

from bot.flows.reading import Said, read_answer
from nlp.understanding import Understander
from services.catalogue import catalogue
from services.catalogue.fields import check_value, fields_of

TODAY = date(2026, 11, 23)
EXAMPLES = [
    (service, field) for service in catalogue().values() for field in fields_of(service.form) if field.ask.example
]


@pytest.mark.parametrize(("service", "field"), EXAMPLES, ids=[f"{each.key}-{field.name}" for each, field in EXAMPLES])
def test_the_example_of_a_question_is_an_answer_to_it(service, field):
    understander, text = Understander(), field.ask.example
    said = Said(text, understander.plain(text), understander.read_slots(text, at=TODAY), TODAY)

    value = read_answer(field, said)

    assert value is not None
    check_value(service.form, field, value)
