"""The pages for calls, sessions and events, to look at only, and the tenant's page with its calls."""
