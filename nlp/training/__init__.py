"""Training of the model that understands sentences: `make train`.

Needs requirements-dev.txt; never imported at runtime.
"""
