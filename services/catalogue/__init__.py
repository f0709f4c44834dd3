"""The catalogue: every service that people do, one file each. A new service is a new file and its line here."""

from collections.abc import Mapping
from functools import cache

from nlp.intents import INTENTS
from services.catalogue import (
    analysis,
    counterfeit_report,
    enforcement_aid,
    equity_financing,
    evidence_timestamp,
    expert_consultation,
    filing,
    health_check,
    in_force,
    incubation,
    insurance_claim,
    ip_insurance,
    pledge_financing,
    programme_application,
    securitisation,
)
from services.catalogue.consistency import CatalogueError, check_catalogue, check_companions
from services.catalogue.model import Service

__all__ = ["CatalogueError", "catalogue", "declared", "find_service", "service_of"]

# Of services with one intent the first whose words are said is meant.
SERVICES: tuple[Service, ...] = (
    pledge_financing.SERVICE,
    insurance_claim.SERVICE,
    ip_insurance.SERVICE,
    equity_financing.SERVICE,
    securitisation.SERVICE,
    enforcement_aid.SERVICE,
    counterfeit_report.SERVICE,
    expert_consultation.SERVICE,
    analysis.SERVICE,
    filing.TRADEMARK,
    filing.COPYRIGHT,
    filing.PATENT,
    incubation.SERVICE,
    programme_application.SERVICE,
    health_check.SERVICE,
    evidence_timestamp.SERVICE,
)


@cache
def declared() -> Mapping[str, Service]:
    """Every service by key, as the code has it. Raises CatalogueError where a declaration contradicts itself."""
    check_catalogue(SERVICES, INTENTS)
    check_companions(SERVICES)
    return {service.key: service for service in SERVICES}


def catalogue() -> Mapping[str, Service]:
    """Every service by key, with what staff have set (services/catalogue/in_force.py). Raises CatalogueError."""
    return in_force.present() or declared()


def find_service(key: str) -> Service | None:
    """The service of that key; None where there is none (any more)."""
    return catalogue().get(key)


def service_of(kind: str) -> Service:
    """The service behind a case's kind. Raises KeyError for a hand-off, which is no service."""
    return catalogue()[kind]
