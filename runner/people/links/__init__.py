"""Linked accounts: which others may be the same person's, and why; never who somebody is by name or origin.

`observations` lists what may be compared, `normalising` makes two spellings one, `tables` and `columns` read
files handed in, `kept` looks into evidence, `searching` finds the subject's values, `scoring` proposes,
`words` explains, and `confirming` counts the people who agree.
"""
