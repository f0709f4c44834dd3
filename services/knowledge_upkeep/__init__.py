"""Knowledge upkeep: what was missed, answers written and checked by staff, documents due, what readers said."""
