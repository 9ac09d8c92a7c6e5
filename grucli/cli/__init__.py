"""The commands: parse, call, show, exit code; one file a command. The only room that knows Typer.

Here: flags and their help, the two streams, signals, what a terminal shows while something runs.
Not here: anything computed (training, prediction, inspection), or how results look (report).
"""
