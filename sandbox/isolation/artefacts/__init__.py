"""What can be put into the sandbox: each kind of model as bytes or a folder, and how it is opened.

Outside, a model is read and never opened: bytes, plain YAML, a syntax tree. `opening` alone runs
inside.
"""
