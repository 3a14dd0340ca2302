"""A small SIP server for the demo: a registrar with digest and a stateless proxy, over UDP and on this machine only."""
