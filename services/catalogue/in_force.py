"""Which catalogue a process reads now: the declarations, or these with the settings of its database applied."""

from collections.abc import Mapping

from services.catalogue.model import Service

_present: Mapping[str, Service] = {}


def present() -> Mapping[str, Service]:
    """Empty where nothing is set."""
    return _present


def put(services: Mapping[str, Service]) -> None:
    """Every reader of the process has it from now on."""
    global _present
    _present = services
