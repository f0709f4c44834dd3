"""Custody: an owner's rights kept with their days, what they cost, and what follows if nothing is done."""
