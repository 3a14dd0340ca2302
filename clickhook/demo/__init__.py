"""A whole click-to-call on one machine: the parts around the gateway, for the demo and the tests.

Each of wcs, sip and phone is a program of its own, which prints what it does as JSON lines; part
starts one and reads its lines. customer, administrator and site belong to `manage.py demo` alone.
The gateway never imports anything from here.
"""
