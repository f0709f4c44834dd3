"""Deals: from the first question about a post to a right that is registered for its new owner or licensee."""
