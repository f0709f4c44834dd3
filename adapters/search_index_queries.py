"""Our schema, documents, queries and facets in tantivy's words. Queries are objects: no user text is ever parsed."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import tantivy
from tantivy import Occur, Query

from core.search import IndexDocument, IndexQuery, IndexSchema

ID = "id"
FACET_VALUES = 50
# How many values each segment names at first; where that was too few, all are counted.
SEGMENT_VALUES = 2_000
EVERY_VALUE = 1_000_000
# tantivy drops a term of 64 KiB, and no sensible filter is longer.
LONGEST_KEYWORD = 500


def text_field(name: str) -> str:
    return f"t_{name}"


def keyword_field(name: str) -> str:
    return f"k_{name}"


def number_field(name: str) -> str:
    return f"n_{name}"


@lru_cache(maxsize=1)
def word_analyzer() -> tantivy.TextAnalyzer:
    """Words come cut: the default tokenizer would lose long Chinese ones."""
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).filter(tantivy.Filter.lowercase()).build()


def build_schema(schema: IndexSchema) -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field(ID, indexed=True, fast=True)
    for name in sorted(schema.text):
        builder.add_text_field(text_field(name), tokenizer_name="words", index_option="freq")
    for name in schema.keywords:
        builder.add_text_field(keyword_field(name), tokenizer_name="raw", fast=True, index_option="basic")
    for name in schema.numbers:
        builder.add_integer_field(number_field(name), fast=True)
    return builder.build()


def build_document(schema: IndexSchema, document: IndexDocument) -> tantivy.Document:
    values: dict[str, Any] = {ID: document.id}
    for name, text in document.text.items():
        if text:
            values[text_field(_known(name, schema.text))] = text
    for name, keywords in document.keywords.items():
        if keywords:
            values[keyword_field(_known(name, schema.keywords))] = [word[:LONGEST_KEYWORD] for word in keywords]
    for name, number in document.numbers.items():
        values[number_field(_known(name, schema.numbers))] = number
    return tantivy.Document(**values)


def check_query(schema: IndexSchema, query: IndexQuery) -> None:
    """Raises ValueError for a field that the schema lacks, or a page that cannot be."""
    for name in (*query.keywords, *query.excluded, *query.facets):
        _known(name, schema.keywords)
    for name in query.numbers:
        _known(name, schema.numbers)
    if query.sort_by is not None:
        _known(query.sort_by, schema.numbers)
    if query.offset < 0 or query.limit < 0:
        raise ValueError("offset and limit must not be negative")


def build_query(fields: tantivy.Schema, schema: IndexSchema, query: IndexQuery) -> Query:
    """The whole query; filters weigh nothing in the score."""
    parts: list[tuple[Occur, Query]] = [(Occur.Must, _word(fields, schema, word)) for word in query.required]
    if query.words:
        words = [(Occur.Should, _word(fields, schema, word)) for word in query.words]
        needed = min(query.minimum_words or (0 if query.required else 1), len(words))
        if needed:
            parts.append((Occur.Must, Query.boolean_query(words, minimum_number_should_match=needed)))
        else:
            parts.append((Occur.Should, Query.boolean_query(words)))
    if not parts:
        parts.append((Occur.Must, Query.const_score_query(Query.all_query(), 0.0)))
    for name, values in query.keywords.items():
        if values:
            parts.append((Occur.Must, _unscored(_any_of(fields, name, values))))
    ranges = {number_field(name): span for name, span in query.numbers.items()}
    for field, span in (ranges | ({ID: query.ids} if query.ids else {})).items():
        if span.low is not None or span.high is not None:
            ranged = Query.range_query(
                fields, field, tantivy.FieldType.Integer, lower_bound=span.low, upper_bound=span.high
            )
            parts.append((Occur.Must, _unscored(ranged)))
    parts += [(Occur.MustNot, unwanted) for unwanted in _unwanted(fields, schema, query)]
    return parts[0][1] if len(parts) == 1 else Query.boolean_query(parts)


def _unwanted(fields: tantivy.Schema, schema: IndexSchema, query: IndexQuery) -> Iterator[Query]:
    for name, values in query.excluded.items():
        if values:
            yield _any_of(fields, name, values)
    for words in query.excluded_words:
        yield Query.boolean_query([(Occur.Must, _word(fields, schema, word)) for word in words])


def facet_request(names: Sequence[str], every_value: bool = False) -> dict[str, Any]:
    depth = EVERY_VALUE if every_value else SEGMENT_VALUES
    return {
        name: {"terms": {"field": keyword_field(name), "size": FACET_VALUES, "segment_size": depth}} for name in names
    }


def read_facets(
    answer: dict[str, Any], names: Sequence[str]
) -> tuple[dict[str, tuple[tuple[str, int], ...]], list[str]]:
    """The counts, and the fields of which a segment named only its most frequent values."""
    counted, inexact = {}, []
    for name in names:
        facet = answer[name]
        values = [(str(bucket["key"]), int(bucket["doc_count"])) for bucket in facet["buckets"]]
        counted[name] = tuple(sorted(values, key=lambda pair: (-pair[1], pair[0])))
        if facet.get("doc_count_error_upper_bound"):
            inexact.append(name)
    return counted, inexact


def _word(fields: tantivy.Schema, schema: IndexSchema, word: str) -> Query:
    """The word in any text field, each by its weight."""
    terms = [
        (
            Occur.Should,
            Query.boost_query(Query.term_query(fields, text_field(name), word.lower(), index_option="freq"), weight),
        )
        for name, weight in schema.text.items()
    ]
    return terms[0][1] if len(terms) == 1 else Query.boolean_query(terms)


def _any_of(fields: tantivy.Schema, name: str, values: Iterable[str]) -> Query:
    cut = [value[:LONGEST_KEYWORD] for value in values]
    if len(cut) == 1:
        return Query.term_query(fields, keyword_field(name), cut[0], index_option="basic")
    return Query.term_set_query(fields, keyword_field(name), cut)


def _unscored(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)


def _known(name: str, names: Iterable[str]) -> str:
    if name not in names:
        raise ValueError(f"The index has no such field: {name}")
    return name
