"""One search request without a conversation: the steps that a chat takes, for `python -m nlp search`."""

from collections.abc import Callable, Sequence
from datetime import date

from sqlalchemy.orm import Session

from bot.dialogue import LONGEST_CHANGE, SEARCHABLE
from bot.skills.patent_filters import (
    changed_in_parts,
    chip_list,
    dropped,
    drops,
    goes_on,
    laid_over,
    left_out,
    looser_totals,
    narrows_nothing,
    query_of,
)
from bot.skills.patents import MOST_CHOICES, SEARCH_UNDER_WAY
from nlp.patent_search import PatentSearch
from nlp.searching import FoundPatent, SearchAnswer
from nlp.types import PatentQuery, Understanding
from nlp.understanding import Understander
from services.patent_widening import search_list
from services.patent_words import not_applied


def answer_search(
    session: Session,
    search: PatentSearch,
    understander: Understander,
    *,
    text: str,
    on: date,
    history: Sequence[str] = (),
) -> SearchAnswer:
    """What the chat would list for `text` on the day `on`, after `history` (earlier sentences, oldest first).

    A sentence that asks for nothing in particular finds nothing. Raises UpstreamUnavailable where the index cannot be
    searched.
    """
    query = query_after(understander, [*history, text], on=on)
    if query is None:
        return SearchAnswer(PatentQuery())
    if narrows_nothing(query):
        return SearchAnswer(query, tuple(chip_list(query)), not_applied=not_applied(query))
    query, results = search_list(session, search, query, today=on)
    found = tuple(FoundPatent(item.publication_number, item.title, item.status_text) for item in results.items)
    loosen = () if found else tuple((words, total) for words, _, total in looser_totals(search, query))
    return SearchAnswer(
        query,
        tuple(chip_list(query)),
        results.total,
        found,
        loosen[:MOST_CHOICES],
        results.widened_by,
        results.added,
        not_applied(query),
    )


def query_after(understander: Understander, sentences: Sequence[str], *, on: date) -> PatentQuery | None:
    """The query of the list on the table after the sentences; None where none of them searched."""
    query: PatentQuery | None = None
    for text in sentences:
        before = [SEARCH_UNDER_WAY] if query is not None else []

        def understand(words: str, before: Sequence[str] = tuple(before)) -> Understanding:
            return understander.understand(words, at=on, history=before)

        query = _next_query(query, understand, text)
    return query


def _next_query(query: PatentQuery | None, understand: Callable[[str], Understanding], text: str) -> PatentQuery | None:
    """As Dialogue chooses between a change of the list, another list, and what is none of its business."""
    if query is not None and len(text) <= LONGEST_CHANGE:
        changed = changed_in_parts(query, text, understand)
        if changed is not None:
            return changed
    understood = understand(text)
    if query is not None and len(text) <= LONGEST_CHANGE and drops(text):
        return dropped(query, text) or left_out(query, understood, text) or query
    if query is not None and goes_on(understood, text):
        return laid_over(query, understood, text)
    if understood.act in {"cancel", "restart"} and understood.intent is None:
        return None
    is_value = understood.intent is None and understood.act == "inform" and SEARCHABLE & understood.slots.keys()
    return query_of(understood, text) if understood.intent == "patent_search" or is_value else query
