"""What raises a limit waits for a second person, or for a day.

`comparing` tells which changes of a row raise a limit; it is pure. `holding_back` takes them out of
a row before it is saved, and `asking` makes of each a raise that waits. `deciding` confirms it,
withdraws it or sets its end; `elapsing` does what is due. `row_fields` are the fields of rows by
the names that raises have for them. `internal_rates` are those that a tenant's accounts have, or
had until a day ago. `lower_prices` tells which rates of a deck loosen the limits of money; it is
pure, and such a deck is refused.
"""
