"""Rows become changes or problems: may they be touched, are they valid, what differs."""
