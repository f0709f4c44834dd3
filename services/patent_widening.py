"""A list that came out short: the subject's class of the IPC is looked through as well, in chat and mini-program."""

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from nlp.patent_search import FEW, PatentSearch
from nlp.types import PatentQuery
from services.patents import PatentResults, search_patents


def search_list(
    session: Session, search: PatentSearch, query: PatentQuery, *, today: date
) -> tuple[PatentQuery, PatentResults]:
    """A page, and the query that it answers: on the first page of a subject that finds few, widened by its class.

    Where nothing is found but giving up the conditions would find the subject itself, that comes first: nothing is
    widened. Later pages go on with the query that the first one answered. Raises UpstreamUnavailable where the index
    cannot be searched.
    """
    if query.offset:
        return query, search_patents(session, search, query, today=today)
    query = replace(query, or_ipc=None)
    results = search_patents(session, search, query, today=today)
    wider = search.widened(query) if results.total < FEW else None
    if wider is None or (not results.total and _has_subject(search, query)):
        return query, results
    widened = search_patents(session, search, wider, today=today)
    return (wider, widened) if widened.widened_by else (query, results)


def _has_subject(search: PatentSearch, query: PatentQuery) -> bool:
    """Whether the subject would be found without the conditions."""
    return search.count(PatentQuery(topic=query.topic)) > 0
