"""What people look at: the lists of hooks, the charts, the live page, the tenant's page.

In come rows that the pipeline wrote, and the news that something was recorded; out go pages.
What people do on them is done by hooks.wcs and hooks.webhooks. Nothing of the pipeline imports this
room. From outside, hooks/admin.py registers the classes of admin/, and hooks/duties adds hours up
with charts/hour_counting.py.
"""
