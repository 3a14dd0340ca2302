"""A whole call, played against a gateway as a WCS would play it, and judged.

In come a WcsInstance, the gateway's address, a page's origin and a callee. Out come the steps that
were played and the findings about them. It speaks with the gateway over HTTP alone and uses none
of its code; only explanations reads the gateway's recorded events, to say why it refused.
From outside, use rehearse.rehearse, stand_in and steps.
"""
