"""Whatever pairs, tables and times there are: a pair meets once, nobody is at two tables at once, a table holds one."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from services.events.arranging import Pair, arrange

POSTS = st.integers(0, 7)


@st.composite
def markets(draw: st.DrawFn) -> list[Pair]:
    """Needs and offers of a few people and companies, some of whom have several posts."""
    owners = draw(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), min_size=16, max_size=16))
    found = []
    for need, offer in draw(st.lists(st.tuples(POSTS, POSTS), max_size=30)):
        sides = [owners[need], owners[8 + offer]]
        people = [{f"user-{user}"} | ({f"company-{company}"} if company else set()) for user, company in sides]
        if not people[0] & people[1]:
            score = draw(st.floats(0, 1, allow_nan=False))
            found.append(Pair((need, offer), score, frozenset(people[0] | people[1])))
    return found


@given(markets(), st.integers(1, 5), st.integers(1, 4), st.integers(0, 30))
def test_any_timetable_can_be_held(pairs, slots, tables, cut):
    # In two goes, as staff do it when somebody comes later.
    first = arrange(pairs[:cut], slots=slots, tables=tables)
    held = first + arrange(pairs, slots=slots, tables=tables, standing=first)
    assert max(Counter(each.pair.key for each in held).values(), default=0) <= 1
    assert max(Counter((each.slot, each.table) for each in held).values(), default=0) <= 1
    assert max(Counter((each.slot, who) for each in held for who in each.pair.people).values(), default=0) <= 1
    assert all(0 <= each.slot < slots and 1 <= each.table <= tables for each in held)
    # Nobody is left out for whom there is room.
    for pair in pairs:
        if pair.key not in {each.pair.key for each in held}:
            for slot in range(slots):
                there = [each for each in held if each.slot == slot]
                assert len(there) == tables or any(each.pair.people & pair.people for each in there)


def test_the_better_pair_has_the_table():
    worse = Pair((1, 1), 0.5, frozenset({"user-1", "user-2"}))
    better = Pair((2, 2), 0.9, frozenset({"user-3", "user-4"}))
    assert [each.pair for each in arrange([worse, better], slots=1, tables=1)] == [better]
