"""What comes in and goes out: lowest versions, what an install brings, what is in the packages.

python -m tests.supply lowest            each dependency at the lowest version, for `pip -c`
python -m tests.supply contents DIST     is in wheel and sdist what is meant, and nothing else?
python -m tests.supply installed         does this environment have what the record says?
python -m tests.supply installed --write the record anew, from this environment
"""
