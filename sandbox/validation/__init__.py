"""Tests of a model's scores: arrays and tables in, frozen results out."""
