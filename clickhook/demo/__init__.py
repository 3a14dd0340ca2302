"""A whole click-to-call on one machine: the parts around the gateway, for `manage.py demo` and for the tests alike."""
