"""How millions of rows are listed: newest first, page by page, within a time limit.

`huge_table` is the admin class of such lists, `paging` and `visible_parts` find the rows of a page
along an index, `search` and `filters` narrow them. `columns` and `cells` are what a row shows, in
the lists and in the `tables` on other pages.
"""
