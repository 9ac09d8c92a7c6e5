"""What an answer is and how it is scored: one file a task, which nothing else asks for by name.

Here: metrics, intervals, baselines, confusions, labels that are not known.
Not here: how scores come about (model), or how they look (report).
"""
