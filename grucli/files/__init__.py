"""Every effect on files: bounded reads, data streams, atomic writes, sweeping, locks.

Here: `whole_files` reads one at once, `data_stream` opens what may be endless or packed, `writing`
replaces and appends, `temporaries` sweeps what was left, `locking` keeps others out, `scratch`
keeps what has no name, `access_errors` says what a failure means; `effects` alone asks the system.
Not here: what the bytes mean (data, modelfile, config), or which files a run has (training).

After any fault, at any instant (kill -9 included), a file written here is wholly old or wholly new.
Every `OSError` leaves as an `AccessError` of one line: what, why, how to mend it.
"""
