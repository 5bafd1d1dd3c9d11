"""What is measured: distributions over the next token, and directions of embeddings. Runs in scripts/env."""

import json
import pydoc_data.topics

import numpy
import packages

THREADS = 2


def texts(count, characters):
    """English prose from Python's own manual, which comes with Python, at equal distances."""
    topics = pydoc_data.topics.topics
    whole = "\n\n".join(topics[name] for name in sorted(topics))
    return [whole[i * (len(whole) // count):][:characters] for i in range(count)]


def gerbil_logits(program, folder, chunks, *options):
    """Yields [tokens, vocabulary] for each chunk of ids."""
    for ids in chunks:
        text = packages.run([program, "logits", folder, "--tokens", ",".join(map(str, ids)), "--device", "cpu",
                             "--threads", str(THREADS), *options])
        yield numpy.fromstring(text, numpy.float32, sep=" ").reshape(len(ids), -1)


def gerbil_embeddings(program, folder, lines, *options):
    """[texts, dimensions], normalised."""
    text = packages.run([program, "embed", folder, "--file", "-", "--device", "cpu", "--threads", str(THREADS),
                         *options, "--json"],
                        input="\n".join(lines) + "\n")
    return unit(numpy.array(json.loads(text)["embeddings"], numpy.float32))


def unit(rows):
    return rows / numpy.linalg.norm(rows, axis=1, keepdims=True)


def log_softmax(logits):
    logits = logits.astype(numpy.float64)
    logits -= logits.max(axis=1, keepdims=True)
    return logits - numpy.log(numpy.exp(logits).sum(axis=1, keepdims=True))


class Reference:
    """The log-probabilities that others are compared with: those of unquantised weights."""

    def __init__(self, logits, chunks):
        self.chunks = chunks
        self.rows = [log_softmax(rows[:-1]).astype(numpy.float32) for rows in logits]
        self.perplexity = self.perplexity_of(self.rows)

    def perplexity_of(self, rows):
        """exp of the mean loss of each chunk's tokens but the first, which nothing predicts."""
        losses = [-part[numpy.arange(len(ids) - 1), ids[1:]] for part, ids in zip(rows, self.chunks)]
        return float(numpy.exp(numpy.concatenate(losses).mean()))

    def compare(self, logits):
        """Perplexity; mean of KL(reference ‖ other) a token, in nats; the share of tokens with the same most likely
        successor."""
        rows, divergences, agreements = [], [], []
        for own, part in zip(self.rows, logits):
            other = log_softmax(part[:-1])
            divergences.append((numpy.exp(own) * (own - other)).sum(axis=1))
            agreements.append(own.argmax(axis=1) == other.argmax(axis=1))
            rows.append(other)
        return {"perplexity": self.perplexity_of(rows), "divergence": float(numpy.concatenate(divergences).mean()),
                "top1": float(numpy.concatenate(agreements).mean())}
