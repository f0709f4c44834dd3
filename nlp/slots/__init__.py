"""Slots of a sentence in their normal forms (see nlp/README.md)."""

from nlp.slots.finder import SlotFinder, SlotReading

__all__ = ["SlotFinder", "SlotReading"]
