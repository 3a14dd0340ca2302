"""The media server as the gateway's people see it: how to set a WCS up, and how to try it.

In comes a WcsInstance, with the address of a gateway. Out go the lines to type at the WCS
(configuration), and the findings of a rehearsal, which plays a whole call over HTTP (rehearsal).
The model says how a WCS behaves, from its documentation; it knows nothing of the gateway.
From outside, use configuration, model, named_instance and the modules of rehearsal. The hook
pipeline imports nothing from here.
"""
