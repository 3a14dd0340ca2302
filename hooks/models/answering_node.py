"""A node of which a REST API has listed something: for these, not being listed means being gone.

A wrong URL answers 404 like a WCS without calls, and in a cluster each node lists its own calls.
"""

from __future__ import annotations

from django.db import models

from tenants.models import WcsInstance


class AnsweringNode(models.Model):
    instance = models.ForeignKey(
        WcsInstance, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    url = models.TextField()
    node_id = models.TextField()
    first_seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["instance", "url", "node_id"], name="answering_node_once"
            )
        ]

    def __str__(self) -> str:
        return self.node_id
