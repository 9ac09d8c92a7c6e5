"""Every effect on files: bounded reads, data streams, atomic writes, sweeping, locks.

Here: `whole_files` reads one at once, `data_stream` opens what may be endless or packed, `writing`
replaces and appends, `locking` keeps others out, `access_errors` says what a failure means.
Not here: what the bytes mean (data, modelfile, config), or which files a run has (training).

After any fault, at any instant (kill -9 included), a file written here is wholly old or wholly new.
Every `OSError` leaves as an `AccessError` of one line: what, why, how to mend it. The system is
reached through the name `os` of each module alone, so that tests can let the nth effect fail.
"""
