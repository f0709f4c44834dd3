"""Courses, sessions, bookings: what the training desk and its visitors do."""
