"""Figures by rule: each rule a small dated unit that shows its steps and names its article."""

from nlp.rules.answers import answer_rule_question, read_rule_question, rule_subject
from nlp.rules.catalogue import compute, rule_names
from nlp.rules.model import Figure, Missing, RuleAnswer, RuleCall, RuleResult, WorkingDays

__all__ = [
    "Figure",
    "Missing",
    "RuleAnswer",
    "RuleCall",
    "RuleResult",
    "WorkingDays",
    "answer_rule_question",
    "compute",
    "read_rule_question",
    "rule_names",
    "rule_subject",
]
