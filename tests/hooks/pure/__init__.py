"""Tests of the pure core: facts and payloads in, decisions and records out; no database."""
