"""Matching events."""
