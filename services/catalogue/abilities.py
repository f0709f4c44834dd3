"""Who is asked first: the abilities that a case asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Abilities:
    """Which abilities (services/topics.py) a case asks for: always these, or by the choice made in a field of the form.
    Whoever has one of them is asked first, staff and parties alike."""

    always: frozenset[str] = frozenset()
    choice_in: str = ""
    by_choice: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)

    def of(self, form: Mapping[str, Any]) -> frozenset[str]:
        """What a case with this form asks for."""
        return self.always | self.by_choice.get(str(form.get(self.choice_in)), frozenset())


ANYBODY = Abilities()
