"""Evidence: time stamps, the notary's office, and the page on which anybody checks them."""
