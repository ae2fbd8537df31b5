"""How the store's tables came to be, step by step; `sandbox.lists.opening` takes the steps.

A change of `sandbox.lists.schema` is a new file in `versions`, whose revision becomes `HEAD`.
"""

#: the revision of the newest step: what this program reads and writes
HEAD = "v0001"
#: where the store says which revision it has; a name of its own, as others use Alembic as well
VERSION_TABLE = "list_store_version"
