"""A trained model as an ONNX graph that all runtimes compute alike.

Here: nodes, padded rows, recurrent layers, poolings, convolutions, linear paths, answers; and what
a program has to know beside the graph. Measured: which operators runtimes have, and which of them
they silently compute otherwise; so GRU and RNN nodes are forward ones, without lengths, and all
numbers are float32.
Not here: how inputs become what the graph reads (data, `recipe` of each encoder).
"""
