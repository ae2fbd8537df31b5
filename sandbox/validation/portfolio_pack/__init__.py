"""What a portfolio did: vintages, rolls, categories, stages and losses, each a table.

An exhibit a file; each is a function from an `AccountPanel` (see `panel`) to a table that goes to
Excel as it is. `tables.portfolio_tables` makes all that can be had; `dictionary` says what their
columns are. Exhibits on decisions (waterfall, cut-offs, overrides, swaps) are in
`sandbox.exhibits`.
"""
