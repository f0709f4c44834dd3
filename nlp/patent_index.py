"""The shape of the patent index, and the terms under which names are found in it."""

import re

from core.search import IndexSchema
from nlp.segmenter import normalise

PATENT_SCHEMA = IndexSchema(
    name="patents",
    text={"title": 4.0, "abstract": 1.5, "claims": 1.0, "applicant": 0.7},
    keywords=(
        "row",
        "number",
        "kind",
        "legal_status",
        "year",
        "applicant",
        "applicant_term",
        "applicant_type",
        "inventor",
        "region",
        "region_1",
        "region_2",
        "region_3",
        "ipc",
        "ipc_subclass",
        "changed_in",
    ),
    # The last change that may have made it match something, and the fields that changed lately: services/indexing.py.
    numbers=("application_date", "publication_date", "grant_date", "changed"),
)
# A status that covers several: what was granted once, whatever became of it.
GRANTED = "granted"
LEGAL_FORM = re.compile(r"(?:股份有限公司|有限责任公司|集团有限公司|有限公司|总公司|公司)$")
LONGEST_TERM = 12


def applicant_core(name: str) -> str:
    """The name without its legal form: 广州云测科技有限公司 → 广州云测科技."""
    plain = re.sub(r"[\s()()·.,]+", " ", normalise(name)).strip()
    return LEGAL_FORM.sub("", plain) or plain


def applicant_terms(name: str) -> list[str]:
    """Every part by which people may call an applicant: 华为 finds 华为技术有限公司, IBM's name any of its words."""
    core = applicant_core(name)
    pieces: list[str] | str = core
    joint = ""
    if core.isascii():
        pieces, joint = core.split(), " "
    least = 1 if joint else 2
    terms = {
        joint.join(pieces[start:end])
        for start in range(len(pieces))
        for end in range(start + least, min(len(pieces), start + LONGEST_TERM) + 1)
    }
    return sorted(terms | {core, normalise(name)})
