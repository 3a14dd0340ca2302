"""What people look at: the lists of hooks, the charts, the live page, the tenant's page.

In come rows that the pipeline wrote, and the news that something was recorded; out go pages.
Nothing here changes a row. It imports the pipeline's models, reasons, database and announcing, the
wiring in hooks.wcs.configuration, and tenants; nothing of the pipeline imports it. From outside,
hooks/admin.py registers the pages of admin/, and hooks/duties adds hours up with
charts/hour_counting.py.
"""
