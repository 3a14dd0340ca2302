"""The live page: what is announced by the gateways, listened to by each process, and streamed to whoever looks."""
