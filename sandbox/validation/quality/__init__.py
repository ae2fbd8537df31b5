"""The tests' own quality: how often each speaks when nothing is wrong, and when something is."""
