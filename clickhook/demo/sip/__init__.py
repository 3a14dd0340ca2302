"""A small SIP server for the demo: a registrar with digest and a stateless proxy.

In come accounts and SIP requests over UDP, from this machine only; out go requests to the phones
that have registered, and an event for each request. It sends nothing to any other machine.
Start it as a program (see __main__). The tests also use message, to read SIP.
"""
