"""A list that came out empty or short: what to give up, else the subject's class of the IPC as an alternative."""

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from bot.skills.patent_filters import looser
from nlp.patent_search import FEW, PatentSearch
from nlp.types import PatentQuery
from services.patents import PatentResults, search_patents


def search_list(
    session: Session, search: PatentSearch, query: PatentQuery, *, today: date
) -> tuple[PatentQuery, PatentResults]:
    """A page, and the query that it answers: on the first page of a subject that finds few, widened by its class.

    Where nothing is found but giving up a condition would find the subject itself, that comes first: nothing is
    widened. Raises UpstreamUnavailable where the index cannot be searched.
    """
    if query.offset:
        return query, search_patents(session, search, query, today=today)
    query = replace(query, or_ipc=None)
    results = search_patents(session, search, query, today=today)
    wider = search.widened(query) if results.total < FEW else None
    if wider is None or (not results.total and looser_totals(search, query)):
        return query, results
    widened = search_patents(session, search, wider, today=today)
    return (wider, widened) if widened.widened_by else (query, results)


def looser_totals(search: PatentSearch, query: PatentQuery) -> list[tuple[str, str, int]]:
    """Ways to ask for less that bring something: how it reads, what to tap or type for it, how many there are."""
    counted: list[tuple[str, str, int]] = []
    for words, text, slimmer in looser(query):
        total = search.count(slimmer)
        # The same number again would offer a wider condition that brings nothing more.
        if total and all(total != other for _, _, other in counted):
            counted.append((words, text, total))
    return counted
