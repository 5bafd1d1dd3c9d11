// What the tokenizer takes from the JavaScript platform: normal forms, lower case, graphemes, regular expressions.
// A function that makes a result keeps it until the `take` after it, and returns how much room that needs.
addToLibrary({
  $GerbilText: {
    encoder: null,
    decoder: null,
    segmenter: null,
    expressions: [],  // a compiled pattern is an index here, for as long as the module lives
    result: null,

    // Decoders take no memory that threads share, so the bytes are copied.
    read(data, size) {
      GerbilText.decoder ??= new TextDecoder("utf-8", {ignoreBOM: true});
      return GerbilText.decoder.decode(HEAPU8.slice(data, data + size));
    },
    keep(text) {
      GerbilText.encoder ??= new TextEncoder();
      GerbilText.result = GerbilText.encoder.encode(text);
      return GerbilText.result.length;
    },
    // The bytes of a code point or a UTF-16 unit.
    bytes: (code) => (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4),
  },

  gerbil_text_normalize__sig: "ipii",
  gerbil_text_normalize__deps: ["$GerbilText"],
  gerbil_text_normalize: (data, size, form) =>
    GerbilText.keep(GerbilText.read(data, size).normalize(["NFC", "NFD", "NFKC", "NFKD"][form])),

  gerbil_text_lowercase__sig: "ipi",
  gerbil_text_lowercase__deps: ["$GerbilText"],
  gerbil_text_lowercase: (data, size) =>
    GerbilText.keep(Array.from(GerbilText.read(data, size), (character) => character.toLowerCase()).join("")),

  gerbil_text_take__sig: "vp",
  gerbil_text_take__deps: ["$GerbilText"],
  gerbil_text_take: (out) => HEAPU8.set(GerbilText.result, out),

  // The ends of the graphemes, in bytes, as 32-bit numbers.
  gerbil_text_graphemes__sig: "ipi",
  gerbil_text_graphemes__deps: ["$GerbilText"],
  gerbil_text_graphemes: (data, size) => {
    GerbilText.segmenter ??= new Intl.Segmenter("und");
    const ends = [];
    let end = 0;
    for (const {segment} of GerbilText.segmenter.segment(GerbilText.read(data, size))) {
      for (const character of segment) end += GerbilText.bytes(character.codePointAt(0));
      ends.push(end);
    }
    GerbilText.result = ends;
    return ends.length;
  },

  gerbil_numbers_take__sig: "vp",
  gerbil_numbers_take__deps: ["$GerbilText"],
  gerbil_numbers_take: (out) => HEAPU32.set(GerbilText.result, out / 4),

  // -1 when the pattern is not valid.
  gerbil_regex_compile__sig: "ipi",
  gerbil_regex_compile__deps: ["$GerbilText"],
  gerbil_regex_compile: (pattern, size) => {
    try {
      return GerbilText.expressions.push(new RegExp(GerbilText.read(pattern, size), "vg")) - 1;
    } catch {
      return -1;
    }
  },

  // All matches: their begins and ends in bytes.
  gerbil_regex_find_all__sig: "iipi",
  gerbil_regex_find_all__deps: ["$GerbilText"],
  gerbil_regex_find_all: (expression, data, size) => {
    const text = GerbilText.read(data, size);
    const regex = GerbilText.expressions[expression];
    const found = [];
    let unit = 0;
    let byte = 0;
    const bytesUntil = (end) => {
      while (unit < end) {
        const code = text.codePointAt(unit);
        byte += GerbilText.bytes(code);
        unit += code > 0xffff ? 2 : 1;
      }
      return byte;
    };
    let last = -1;
    regex.lastIndex = 0;
    for (let match; (match = regex.exec(text)); ) {
      const begin = match.index;
      const end = begin + match[0].length;
      if (begin === end && begin === last) {
        regex.lastIndex = end + (text.codePointAt(end) > 0xffff ? 2 : 1);
        continue;
      }
      found.push(bytesUntil(begin), bytesUntil(end));
      regex.lastIndex = last = end;
    }
    GerbilText.result = found;
    return found.length / 2;
  },
});
