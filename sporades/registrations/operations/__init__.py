"""What is done to drafts, registrations and what is asked of them, each act in one transaction."""
