"""Attacks on ourselves: files that a stranger may have made, and what watches who opens them.

Here: `models` small sound models of each task, `contents` sound containers of anything, `files` a
file for each kind of incident that is known of other systems, `guard` the limits and the watch
under which all of them are opened, `rig` many at a time, `fuzz` whatever bytes for each reader.
Not here: the parts of the container one by one (tests/modelfile).
"""
