"""The admin's pages that are no table's: uploads, undoing, exports, what an import changed."""
