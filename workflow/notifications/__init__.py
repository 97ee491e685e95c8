"""Telling people: the outbox, filled in the transaction of the cause, and the senders that empty it."""
