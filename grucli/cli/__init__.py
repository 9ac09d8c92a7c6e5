"""The commands, and the only package that knows Typer: parse, call, render, exit code."""
