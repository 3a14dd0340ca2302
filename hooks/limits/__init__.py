"""What a call may cost: pure rules, and the meters that they look at.

In comes what was asked, with the tenant's limits and meters as the database has them; out comes a
Reason, or a reservation that is written together with the call. Nothing here knows SQL or HTTP; a
rule is a function in a file of its own under `rules`.
"""
