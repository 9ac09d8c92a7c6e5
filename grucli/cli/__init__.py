"""The commands: the only package that knows Typer. One file a command: parse, call, render, exit code."""
