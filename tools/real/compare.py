#!/usr/bin/env python3
"""Compares gerbil with the references on real checkpoints: `scripts/test real`, which fetches the packages first.

Printed are tables of docs/quantization.md; it fails where ids differ, where unquantised results are not the
reference's, or where a quantisation is worse than the bounds below. Usage: compare.py GERBIL [--chunks N] [--tokens N]"""

import argparse
import json
import sys

import convert
import e5
import gemma3
import llamacpp
import measure
import multilingual
import numpy
import packages
import references

QUANTIZATIONS = ["--quantize int4", "--quantize int4 --exact", "--quantize int4 --group 64", "--quantize int8",
                 "--quantize int8 --exact", "--quantize int8 --group 64"]
# Smallest cosines that embeddings may have: what is aimed at.
BOUNDS = {"MiniLM": {"int4": 0.98, "int8": 0.999}, "e5": {"int4": 0.9995, "int8": 0.9998},
          "static": {"int4": 0.9999, "int8": 0.9999}}
FAILURES = []


def expect(condition, sentence):
    if not condition:
        FAILURES.append(sentence)
        print(f"FAILED: {sentence}")


def compare_ids(program, folder, name):
    """On prose, on many languages, and on characters beside them."""
    texts = measure.texts(2, 500) + [" ".join(multilingual.ARTICLE[language]) for language in ("ru", "ar", "hi", "th")]
    texts += ["", "  two  spaces\n\n\ttab", "déjà vu — naïve Ångström", "你好，世界！日本語 한국어", "👩‍👩‍👧 🇩🇪 ✓ ﬁ ㍿",
              "x=1234567.89; // code\r\n", "<|im_start|>user\nhi<|im_end|>", "<s>a <mask>b</s>"]
    reference = references.read_tokenizer(folder)
    equal = 0
    for text in texts:
        ids = json.loads(packages.run([program, "tokenize", folder, "--text", text, "--json"]))["ids"]
        equal += ids == reference.encode(text).ids
    print(f"{name}: {equal} of {len(texts)} id lists equal")
    expect(equal == len(texts), f"{name}: only {equal} of {len(texts)} id lists are equal")


def compare_vocabularies(program):
    for name in packages.TOKENIZERS:
        path = next(packages.fetch_npm(name).rglob("tokenizer.json"), None)
        if path is None:
            print(f"{name}: no tokenizer.json in the package, left out")
            continue
        compare_ids(program, path.parent, name)


def compare_text(program, folder):
    """Logits and greedy text of unquantised weights, beside transformers."""
    reference = references.LanguageModel(folder)
    ids = references.read_tokenizer(folder).encode(measure.texts(3, 600)[1]).ids[:64]
    expected = reference.logits(ids)
    generated = reference.continuation(ids, 24)
    (own,) = measure.gerbil_logits(program, folder, [ids], "--exact")
    difference = float(numpy.abs(own - expected).max() / numpy.abs(expected).max())
    print(f"{folder.name}: largest difference of logits {difference:.1e} of the largest")
    expect(difference < 1e-4, f"the logits of {folder.name} differ by {difference:.1e}")
    for _ in generated:
        (own,) = measure.gerbil_logits(program, folder, [ids], "--exact")
        ids.append(int(own[-1].argmax()))
    expect(ids[-len(generated):] == generated, f"the greedy text of {folder.name} is not transformers'")


def vocabulary_size(folder):
    return json.loads((folder / "config.json").read_text())["vocab_size"]


def compare_divergence(program, folder, chunks):
    vocabulary = vocabulary_size(folder)
    reference = measure.Reference(measure.gerbil_logits(program, folder, chunks, "--exact"), chunks)
    print(f"{folder.name}: perplexity {reference.perplexity:.3f}")
    results = {}
    for options in QUANTIZATIONS:
        results[options] = reference.compare(measure.gerbil_logits(program, folder, chunks, *options.split()))
    for kind in ("Q4_0", "Q4_1", "Q4_K_M", "Q8_0"):
        path = llamacpp.quantized(folder, kind)
        results[f"llama.cpp {kind}"] = reference.compare(llamacpp.logits(path, chunks, vocabulary))
    for name, result in results.items():
        print(f"  {name:28} perplexity {result['perplexity']:7.3f}  KL {result['divergence']:.5f}  "
              f"top-1 {100 * result['top1']:.1f} %")
    return {name: result["divergence"] for name, result in results.items()}


def compare_embeddings(program, folder, name, lines, expected, bounds):
    """Smallest and mean cosine to the reference's embeddings of the lines, `expected`."""
    smallest = {}
    for options in ["", *QUANTIZATIONS]:
        cosine = (expected * measure.gerbil_embeddings(program, folder, lines, *options.split())).sum(axis=1)
        smallest[options] = float(cosine.min())
        print(f"{name} {options or 'as stored':28} cosine: smallest {cosine.min():.5f}  mean {cosine.mean():.5f}")
    expect(smallest[""] > 0.99999, f"the embeddings of {name} are not the reference's")
    for kind, bound in bounds.items():
        cosine = smallest[f"--quantize {kind}"]
        expect(cosine >= bound, f"{name}: {kind} gives {cosine:.5f}")


def compare_smollm2(program, count, tokens):
    folder = convert.smollm2()
    compare_text(program, folder)
    tokenizer = references.read_tokenizer(folder)
    chunks = [tokenizer.encode(text).ids[:tokens] for text in measure.texts(count, 12 * tokens)]
    published = compare_divergence(program, folder, chunks)
    compare_divergence(program, convert.smollm2_rescaled(), chunks)
    for own, other in (("--quantize int4", "llama.cpp Q4_K_M"), ("--quantize int8", "llama.cpp Q8_0")):
        expect(published[own] <= published[other], f"KL of {own} is {published[own]:.5f}, but {other} has "
                                                   f"{published[other]:.5f}")


def compare_gemma3(program):
    """The checkpoint itself: what transformers makes of it beside llama.cpp on the GGUF that it was made of."""
    folder = gemma3.gemma3_270m()
    compare_ids(program, folder, folder.name)
    compare_text(program, folder)
    tokenizer = references.read_tokenizer(folder)
    chunks = [tokenizer.encode(text).ids[:128] for text in measure.texts(2, 1000)]
    model = references.LanguageModel(folder)
    reference = measure.Reference(map(model.logits, chunks), chunks)
    result = reference.compare(llamacpp.logits(gemma3.gguf_path(), chunks, vocabulary_size(folder)))
    print(f"{folder.name}: transformers has a perplexity of {reference.perplexity:.3f}, llama.cpp on the GGUF "
          f"{result['perplexity']:.3f}  KL {result['divergence']:.5f}  top-1 {100 * result['top1']:.1f} %")
    expect(result["divergence"] < 0.02, f"{folder.name} is not what the GGUF holds")


def compare_minilm(program):
    lines = [" ".join(text.split()) for text in measure.texts(24, 400) + measure.texts(24, 60)]
    for package in (packages.MINILM, packages.SRE):
        folder = convert.sentence_transformer(package)
        compare_embeddings(program, folder, package, lines, references.mean_embeddings(folder, lines), BOUNDS["MiniLM"])


def compare_e5(program):
    folder = e5.multilingual_e5_small()
    compare_ids(program, folder, folder.name)
    lines = [f"passage: {sentence}" for sentence in multilingual.SENTENCES]
    lines += [f"query: {' '.join(text.split())}" for text in measure.texts(12, 400)]
    expected = references.mean_embeddings(folder, lines)
    found = multilingual.retrieved(expected[:len(multilingual.SENTENCES)])
    print(f"{folder.name}: {found} of {len(multilingual.SENTENCES)} sentences are nearest to their own translation")
    expect(found == len(multilingual.SENTENCES), f"{folder.name} takes sentences for others")
    compare_embeddings(program, folder, folder.name, lines, expected, BOUNDS["e5"])


def compare_wordllama(program):
    folder = convert.wordllama()
    static = folder / convert.STATIC
    compare_ids(program, static, folder.name)
    lines = [" ".join(text.split()) for text in measure.texts(24, 400) + measure.texts(24, 60)] + multilingual.SENTENCES
    compare_embeddings(program, folder, folder.name, lines, references.static_embeddings(static, lines),
                       BOUNDS["static"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gerbil")
    parser.add_argument("--chunks", type=int, default=4, help="stretches of text (4)")
    parser.add_argument("--tokens", type=int, default=256, help="of a stretch (256; at most 512)")
    arguments = parser.parse_args()
    compare_vocabularies(arguments.gerbil)
    compare_smollm2(arguments.gerbil, arguments.chunks, arguments.tokens)
    compare_gemma3(arguments.gerbil)
    compare_minilm(arguments.gerbil)
    compare_e5(arguments.gerbil)
    compare_wordllama(arguments.gerbil)
    sys.exit(1 if FAILURES else 0)


if __name__ == "__main__":
    main()
