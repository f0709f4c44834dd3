"""A declaration that contradicts itself is refused with the place; the real ones all hold."""

from dataclasses import replace

import pytest

from nlp.intents import INTENTS
from services.catalogue import SERVICES, catalogue
from services.catalogue.abilities import Abilities
from services.catalogue.consistency import CatalogueError, check_catalogue, check_companions
from services.catalogue.fields import Condition
from services.catalogue.model import Brought, Clock, Move, Publication, Stage, Work
from services.catalogue.pledge_financing import SERVICE as PLEDGE


def broken(**changes):
    return [replace(PLEDGE, **changes)]


def with_stage(key: str, **changes):
    return tuple(replace(stage, **changes) if stage.key == key else stage for stage in PLEDGE.stages)


GOOD_MOOD = Condition("mood", frozenset({"good"}))
CASES = [
    (broken(letters="r"), "the letters are not two capitals"),
    (broken(intro=" "), "the text intro is missing"),
    (broken(submitted="好了"), "the text submitted does not name the number"),
    (broken(topic="cooking"), "nobody has the skill cooking"),
    (broken(intents=frozenset({"sing"})), "there is no intent sing"),
    (broken(stages=(*PLEDGE.stages, Stage("lost", "迷路", "迷路了", (Move("settled", "走", frozenset({"owner"})),)))),
     "stage lost: cannot be reached"),
    (broken(stages=with_stage("settled", outcome=None)), "stage settled: has no way out and is no end"),
    (broken(stages=with_stage("registered", asks_verdict=False)),
     "stage registered: says that it asks for no verdict and is no end"),
    (broken(stages=with_stage("registered", moves=(Move("nowhere", "走", frozenset({"owner"})),))),
     "stage registered: moves to the unknown stage nowhere"),
    (broken(stages=with_stage("registered", moves=(Move("disbursed", "走", frozenset()),))),
     "stage registered: nobody may move it to disbursed"),
    (broken(stages=with_stage("recommended", tasks=("dance",))), "stage recommended: opens the unknown task dance"),
    (broken(stages=with_stage("submitted", says="")), "stage submitted: key, name or the owner's line is missing"),
    (broken(stages=with_stage("submitted", says="{who}在办")), "stage submitted says: unknown place {who}"),
    (broken(clocks=(Clock("late", "迟", frozenset({"never"}), 1),)), "clock late: unknown stage never"),
    (broken(clocks=(Clock("late", "迟", frozenset({"submitted"})),)),
     "clock late: needs working hours or a day, one of them"),
    (broken(stages=with_stage("registered", work=Work.NOTARY)),
     "stage registered: the system works in it but may not move it on"),
    (broken(documents=tuple(replace(each, only_if=GOOD_MOOD) for each in PLEDGE.documents)),
     "document contract: depends on the unknown field mood"),
    (broken(opponent_field="rival"), "the form has no field rival"),
    (broken(publication=Publication("registered", "may_shout", "company", ("submitted", "amount"))),
     "publication: the form has no field may_shout"),
    (broken(publication=Publication("settled", "use", "company", ("recommended", "bank"))),
     "publication: stage settled does not ask for objections"),
    (broken(brought=Brought("paid_twice", ("approved", "amount"))), "brought: unknown stage paid_twice"),
    (broken(brought=Brought("disbursed", ("disbursed", "amount"))),
     "brought: stage disbursed does not ask for amount"),
    (broken(windows=replace(PLEDGE.windows, stages=frozenset({"dream"}))), "windows: unknown stage dream"),
    (broken(abilities=Abilities(frozenset({"juggling"}))), "nobody has the ability juggling"),
    (broken(abilities=Abilities(choice_in="mood")), "abilities: the form has no field mood"),
    (broken(sheet=None), "task valuation: reads a sheet that the service does not have"),
    ([PLEDGE, PLEDGE], "pledge_financing: the key is used twice"),
]  # fmt: skip


def test_every_declared_service_holds():
    assert set(catalogue()) == {service.key for service in SERVICES}


@pytest.mark.parametrize(("services", "said"), CASES, ids=[said for _, said in CASES])
def test_a_contradiction_is_named_with_its_place(services, said):
    with pytest.raises(CatalogueError) as refused:
        check_catalogue(services, INTENTS)

    assert said in str(refused.value)


def test_a_companion_that_is_not_there_is_named():
    with pytest.raises(CatalogueError, match="pledge_financing: goes with the unknown service insurance"):
        check_companions([replace(PLEDGE, goes_with=("insurance",))])
