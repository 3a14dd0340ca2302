"""Changes become rows of the tables, set by set, in one transaction."""
