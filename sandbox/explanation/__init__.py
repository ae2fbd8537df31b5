"""Why a model says what it says: attributions, their additivity, their plots.

The only package that imports shap, and only where a plot is drawn or a model is explained.
"""

from sandbox.explanation.one_call import explain

__all__ = ["explain"]
