"""Comparing restorers: the same damaged faces, any number of methods, one table.

    plan -> inputs (degraded and saved, or given) -> methods -> scores -> journal -> tables, report

Every score is written to a journal as soon as it is there, so that a stopped run continues.
"""
