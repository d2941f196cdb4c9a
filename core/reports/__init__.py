"""Reports for people: before and after, what was done, and scores, as HTML, CSV and PNG."""
