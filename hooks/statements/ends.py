"""Whose report of an end wins, of calls and of streams, in the statement that writes.

The first end does, whatever the order in which ends arrive; and what WCS said of the thing itself
wins over what followed from the session or was assumed. hooks.lifecycle merges the reports of one
batch by the same rule; a test holds the two together.
"""

from __future__ import annotations


def ended(row: str) -> str:
    """The columns of `row` that are set, from what is called `progress`."""
    # WCS reports an end of the thing itself, and none that it reported before was earlier.
    is_first_end = f"""progress.ended_by IS NOT NULL
                       AND ({row}.ended_by IN ('', 'session', 'reaper')
                            OR {row}.ended_by <> 'refused'
                               AND progress.ended_at < {row}.ended_at)"""
    return f"""ended_at = least({row}.ended_at, progress.ended_at),
           ended_by = CASE WHEN {is_first_end} THEN progress.ended_by
                           WHEN {row}.ended_by = '' AND progress.session_ended THEN 'session'
                           ELSE {row}.ended_by END,
           end_info = CASE WHEN {is_first_end} THEN coalesce(progress.info, '')
                           ELSE {row}.end_info END"""
