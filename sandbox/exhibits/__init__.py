"""Tables on decisions and their outcomes, which both a committee and a validator read.

Each is a function from a `Book` to a table; nothing here draws or knows a policy's rules.
"""
