"""The management API: what account managers do on pages, for programs.

A request goes through `view.ApiView`: `authentication` finds the key, `permission` asks what it may
do, `pace` how often, `parsing` reads the body. `rows` shows and changes what an import file can
hold; a change is an import of one row (`writing`), so that a rule stands in one place, under
`tenants`. `idempotency` and `versions` keep a request from being done twice, and from undoing
another's change. Every refusal is a `problems.Problem`. One file of `resources` for each address.
"""
