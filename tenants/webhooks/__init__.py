"""Where a tenant's webhooks may go, and of what they tell: types, URLs, and opened networks.

Pure: `hooks.webhooks` delivers them.
"""
