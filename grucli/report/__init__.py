"""Results as text for people, as JSON and as HTML: the only room that words results.

Here: tables, the model card, predictions in each form, reports of scores, of gates and of costs;
`page/` is the HTML page.
Not here: how a number comes about (tasks, inspection, training), or where it is written (cli).
"""
