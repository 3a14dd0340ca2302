"""The media server as the gateway's people see it: setting a WCS up, trying it, and asking it.

Out of a WcsInstance and the address of a gateway come the lines to type at the WCS
(`configuration`), and the findings of a rehearsal, which plays a whole call over HTTP
(`rehearsal`). The `model` says how a WCS behaves, from its documentation; it knows nothing of the
gateway. Through its REST API (`rest_api`) a WCS is asked to end calls and streams (`ending`), all
of them where a switch is turned on (`kill_switch`), and to hand texts to pages (`messages`). The
hook pipeline imports nothing from here.
"""
