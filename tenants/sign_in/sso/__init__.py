"""Single sign-on: staff who sign in at the company's OpenID Connect provider.

`configuration` is what the operator says about the provider, `visit` the trip to it and back,
`provider` the two exchanges with it, by Authlib. `rights` reads a role and tenants from the ID
token, `person` finds whose account it is, `pages` are the way there and the way back, and
`leaving` signs out.
"""
