"""Webhooks, from the outbox to the receiver."""
