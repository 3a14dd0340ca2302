"""Secrets: whatever holds a key, a password or a token.

`encryption` has the key ring and the type `Secret`, which prints as dots and whose only way out is
`reveal()`. `fields.SecretField` seals a value when its row is saved; models, forms and hooks use
these two. `sealed_columns` and `resealing` find and reseal whatever is stored; only the command
`rotate_keys` uses them. They know two models, ImportedRow and Upload, whose columns hold sealed
secrets without being a SecretField; otherwise this room imports nothing of the app.
"""
