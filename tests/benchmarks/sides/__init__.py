"""The sides that are compared. Each module has the same functions.

    setup(threads)    before anything else; 0 threads: as many as serve it best
    layer(row)        one layer on numbers; the gradient of all states is random
    text(row)         embedding, layer, one logit from the last states; its gradient is random
    classifier(row)   the same with the loss, for numbers (whose gradient nobody wants) or tokens

They return the functions to be timed by name: `step` computes all gradients, `forward` the states
or logits alone, as for inference. A list holds several forms of one function; the one that is
fastest in the warm-up is kept. A side leaves out what it cannot do.
"""
