"""What people look at: lists, charts, the live page, the tenant's page. Reads rows; changes none."""
