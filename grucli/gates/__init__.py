"""Looking inside a trained model: gates, memory, the reasons of a decision.

Arrays in, one `Report` out; how it looks is for `grucli.report`. Everything is measured by running
the model, in float64, over valid steps alone.
"""
