"""Matching events: owners of posts meet at tables, by a timetable made from the matches of the market."""
