"""The model written literally: one sequence at a time, no buffers, no packing; autograd-able.

It takes the engine's parameters and the equations of the docstrings, and nothing else of the
engine, so that both can be wrong in different ways only.
"""

import itertools

import autograd.numpy as np


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def gru_step(p, x, h):
    h_size = len(h)
    w_r, w_z, w_n = (p["weight_ih"][k * h_size : (k + 1) * h_size] for k in range(3))
    u_r, u_z, u_n = (p["weight_hh"][k * h_size : (k + 1) * h_size] for k in range(3))
    b_r, b_z, b_n = (p["bias"][k * h_size : (k + 1) * h_size] for k in range(3))
    r = sigmoid(w_r @ x + b_r + u_r @ h)
    z = sigmoid(w_z @ x + b_z + u_z @ h)
    n = np.tanh(w_n @ x + b_n + r * (u_n @ h + p["bias_hn"]))
    return (1 - z) * n + z * h


def gru_before_step(p, x, h):
    h_size = len(h)
    w_r, w_z, w_n = (p["weight_ih"][k * h_size : (k + 1) * h_size] for k in range(3))
    u_r, u_z, u_n = (p["weight_hh"][k * h_size : (k + 1) * h_size] for k in range(3))
    b_r, b_z, b_n = (p["bias"][k * h_size : (k + 1) * h_size] for k in range(3))
    r = sigmoid(w_r @ x + b_r + u_r @ h)
    z = sigmoid(w_z @ x + b_z + u_z @ h)
    n = np.tanh(w_n @ x + b_n + u_n @ (r * h))
    return (1 - z) * n + z * h


def rnn_step(p, x, h):
    return np.tanh(p["weight_ih"] @ x + p["bias"] + p["weight_hh"] @ h)


def mingru_step(p, x, h):
    w_z, w_n = np.split(p["weight_ih"], 2)
    b_z, b_n = np.split(p["bias"], 2)
    z = sigmoid(w_z @ x + b_z)
    return (1 - z) * (w_n @ x + b_n) + z * h


STEPS = {"gru": gru_step, "gru_before": gru_before_step, "mingru": mingru_step, "rnn": rnn_step}


def run_direction(cell, p, x, h):
    states = []
    for x_t in x:
        h = STEPS[cell](p, x_t, h)
        states.append(h)
    return states


def layer(cell, params, x, h0):
    """x (T, I), h0 (D, H) -> outputs (T, D * H), final (D * H,)."""
    outputs, finals = [], []
    for d in range(len(h0)):
        p = {name: value[d] for name, value in params.items()}
        states = run_direction(cell, p, x[::-1] if d else x, h0[d])
        finals.append(states[-1])
        outputs.append(np.stack(states[::-1] if d else states))
    return np.concatenate(outputs, axis=1), np.concatenate(finals)


def convolution(p, x, stride):
    """x (T, I) -> (ceil(T / stride), F), step by step."""
    width = p["weight"].shape[1]
    outputs = []
    for middle in range(0, len(x), stride):
        a = p["bias"]
        for place in range(width):
            step = middle + place - width // 2
            if 0 <= step < len(x):
                a = a + np.dot(p["weight"][:, place], x[step])
        centred = a - np.mean(a)
        normal = centred / np.sqrt(np.mean(centred**2) + 1e-5)
        outputs.append(np.maximum(0, p["gain"] * normal + p["shift"]))
    return np.stack(outputs)


def front(p, x, stride):
    """x (T, I) -> outputs (ceil(T / stride), F) and features (2 F,)."""
    for layer, own_stride in ((0, 1), (1, stride)):
        own = {n[2:]: value for n, value in p.items() if n.startswith(str(layer))}
        x = convolution(own, x, own_stride)
    return x, np.concatenate((np.mean(x, axis=0), np.max(x, axis=0)))


def attend(outputs, query):
    weights = np.exp(np.dot(outputs, query))
    return np.dot(weights, outputs) / np.sum(weights)


def attended(p, h, sources):
    """One step of a target, h (H,), over its source (T, F) -> (H,)."""
    key, value = p["source"][: len(h)], p["source"][len(h) :]
    looks = np.exp(np.stack([np.dot(h, np.dot(key, m)) for m in sources]))
    context = sum(look * m for look, m in zip(looks, sources, strict=True)) / np.sum(looks)
    return np.tanh(np.dot(value, context) + np.dot(p["state"], h) + p["bias"])


def copied_log_p(p, scores, output, sources, symbols):
    """One step: scores (V,) of the vocabulary, symbols (T,) of the places -> log P (V,)."""
    places = [np.dot(output, np.dot(p["weight"], m) + p["bias"]) for m in sources]
    chances = []
    for symbol in range(len(scores)):
        chance = np.exp(scores[symbol])
        for place, held in zip(places, symbols, strict=True):
            if held == symbol:
                chance = chance + np.exp(place)
        chances.append(chance)
    chances = np.stack(chances)
    return np.log(chances / np.sum(chances))


def pool(kinds, outputs, final, query=None):
    ways = {
        "attention": lambda: attend(outputs, query),
        "last": lambda: final,
        "mean": lambda: np.mean(outputs, axis=0),
        "max": lambda: np.max(outputs, axis=0),
    }
    return np.concatenate([ways[kind]() for kind in kinds])


def sigmoid_cross_entropy(logits, truth, weight, smoothing=0.0):
    total = 0.0
    for k in range(len(truth)):
        wanted = (1 - smoothing) * truth[k] + smoothing / 2
        p = sigmoid(logits[k])
        total = total - wanted * np.log(p) - (1 - wanted) * np.log(1 - p)
    return weight * total


def cross_entropy(logits, target, weight, smoothing=0.0):
    if len(logits) == 1:
        logits = np.concatenate((np.zeros(1), logits))
    log_p = logits - np.log(np.sum(np.exp(logits)))
    return -weight * ((1 - smoothing) * log_p[target] + smoothing * np.mean(log_p))


def huber(score, target, weight, delta):
    error = np.abs(score[0] - target)
    return weight * np.where(error <= delta, error**2 / 2, delta * (error - delta / 2))


def path_score(emissions, chain, path):
    """emissions (T, C), chain (C + 2, C): transitions, start, end."""
    start, end = chain[-2], chain[-1]
    steps = [emissions[t][c] for t, c in enumerate(path)]
    onward = [chain[i][j] for i, j in itertools.pairwise(path)]
    return start[path[0]] + sum(steps) + sum(onward) + end[path[-1]]


def every_path(emissions, chain):
    """All C^T paths, and their scores."""
    classes = range(len(chain[0]))
    paths = list(itertools.product(classes, repeat=len(emissions)))
    return paths, np.stack([path_score(emissions, chain, path) for path in paths])
