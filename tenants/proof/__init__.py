"""Proof of domain: what its owner publishes is looked up, in DNS or on the web site.

`checking` looks and stores what it found; the admin, the command and the worker use it and nothing
else of this room. `web_file` and `txt_records` are the two ways; `tenants.public_addresses` keeps a
look away from addresses inside our own network.
"""
