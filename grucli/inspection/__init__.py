"""Looking inside a trained model: gates, memory, reasons of a decision. Arrays in, a Report out.

Here: health of gates, context horizons, effects of tokens and steps, verdicts and conditions, raw
arrays. It all is measured by running the model, in float64, over valid steps alone.
Not here: how a report looks (report), or the equations of a cell (engine/cells).
"""
