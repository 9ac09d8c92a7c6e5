"""Programs of the peers for whole tasks, each as its own guide writes such a program.

They take a folder with the data, the number of threads (0: as many as the library chooses), a seed,
for texts how they are split and where the weights go, and print a JSON object: the accuracy on the
test part, and the seconds that scoring it took.
"""
