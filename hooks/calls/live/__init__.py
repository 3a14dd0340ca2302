"""The live page's stream: what the gateways announce, listened to once for each process.

In come NOTIFYs on the pipeline's channel, and recorded events; out go server-sent events, to each
viewer those of the tenants they may see. `changes` turns recorded events into rows of the page,
`listening` follows them and hands them out, `board` reads the calls that are alive. From outside,
only hooks/calls/admin/pages/live.py uses it.
"""
