"""Generated texts that try a tokenizer: every script, combining marks, emoji, controls, runs, malformed UTF-8."""

import random
import unicodedata

ENGLISH = (
    "the of and to in a is that for it as was with be by on not he his but at are this have from or had an they which "
    "one you were her all she there would their we him been has when who will more no if out so said what up its about "
    "into than them can only other new some could time these two may then do first any my now such like our over man me "
    "even most made after also did many before must through back years where much your way well down should because each "
    "just those people how too little state good very make world still own see men work long get here between both life "
    "being under never day same another know while last might us great old year off come since against go came right used "
    "take three tokenizer vocabulary whitespace running walked happiest unbelievable internationalization"
).split()
CONTRACTIONS = ["don't", "I'm", "we'll", "they've", "you're", "he'd", "it's", "DON'T", "I'M", "'S", "'ll", "’s", "'\u017ft", "'\u017f"]
PUNCTUATION = list("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~") + list("…—–“”‘’«»¿¡、。！？「」·•§¶†‡‰€£¥°©®™±×÷≠∞√∑→⇒█░▁▂")
SPACES = [" ", "  ", "   ", "\n", "\n\n", "\r\n", "\t", " \n", "\n ", "\t\t", "\r", "\x0b", "\x0c", "\x85", "\xa0", "\u1680",
          "\u180e", "\u2000", "\u2003", "\u2009", "\u200b", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000", "\ufeff", "        "]
CODE = ["def f(x):\n    return x**2\n", "if (a<b) { c[i] += 0x1F; }", "#include <vector>\n", "SELECT * FROM t WHERE id=42;",
        "https://example.com/a?b=c&d=%20e", "user@example.org", "foo_bar.BazQux", "CamelCaseWordsHTTPServer", "\\n\\t\\\"",
        "{\"key\": [1, 2.5e-3, null]}", "<div class='x'>y</div>", "a\tb\tc\r\n", "== != <= >= && || -> ::", "///***---###"]
EMOJI = ["😀", "👍🏽", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪🇫🇷", "1️⃣", "❤️", "🧑🏿‍🚀", "🤷‍♀️", "☃", "✨", "👨‍💻", "🫠", "\U0001f468\u200d", "\u200d"]
MARKS = ["\u0300", "\u0301", "\u0308", "\u0323", "\u0327", "\u0338", "\u0345", "\u0483", "\u0591", "\u064b", "\u0670", "\u093c",
         "\u094d", "\u09be", "\u0dcf", "\u0e31", "\u0f71", "\u1161", "\u11a8", "\u20d0", "\u20dd", "\u3099", "\u309a", "\ufe0f"]
COMPOSED = ["é", "e\u0301", "ñ", "n\u0303", "Å", "\u212b", "ﬁ", "ﬀ", "①", "Ⅷ", "½", "ｶﾞ", "ガ", "ﾊﾟ", "한글", "한", "각", "İ", "ı", "ß", "ẞ",
            "Σ", "ς", "ΌΣΟΣ", "ǅ", "ŉ", "ﷺ", "ſ", "K", "Ω", "²", "٣", "௧", "〇", "㍿", "\u0344", "\u0958", "\u0f77", "\ufb1d", "𝒜", "𝟘"]
MALFORMED = [b"\xff", b"\xc3", b"\xc0\x80", b"\xe2\x82", b"\xed\xa0\x80", b"\xf0\x9f\x98", b"\xf4\x90\x80\x80", b"\x80", b"\xbf\xbf",
             b"\xf8\x88\x80\x80\x80", b"\xe2\x28\xa1", b"\xf0\x28\x8c\xbc", b"\xfe\xfe\xff\xff", b"\xe0\x9f\x80", b"\xc2"]

# Blocks of the scripts of Unicode 15 (Blocks.txt), as ranges of code points.
SCRIPTS = [
    (0x41, 0x7A), (0xC0, 0x24F), (0x250, 0x2AF), (0x370, 0x3FF), (0x400, 0x52F), (0x531, 0x58F), (0x591, 0x5F4), (0x600, 0x6FF),
    (0x700, 0x74F), (0x750, 0x77F), (0x780, 0x7B1), (0x7C0, 0x7FA), (0x800, 0x83E), (0x840, 0x85E), (0x8A0, 0x8FF), (0x900, 0x97F),
    (0x980, 0x9FE), (0xA01, 0xA76), (0xA81, 0xAFF), (0xB01, 0xB77), (0xB82, 0xBFA), (0xC00, 0xC7F), (0xC80, 0xCF3), (0xD00, 0xD7F),
    (0xD81, 0xDF4), (0xE01, 0xE5B), (0xE81, 0xEDF), (0xF00, 0xFDA), (0x1000, 0x109F), (0x10A0, 0x10FF), (0x1100, 0x11FF),
    (0x1200, 0x139F), (0x13A0, 0x13FD), (0x1400, 0x167F), (0x1680, 0x169C), (0x16A0, 0x16F8), (0x1700, 0x1714), (0x1720, 0x1734),
    (0x1740, 0x1753), (0x1760, 0x1773), (0x1780, 0x17F9), (0x1800, 0x18AA), (0x1900, 0x194F), (0x1950, 0x1974), (0x1980, 0x19DF),
    (0x1A00, 0x1A1F), (0x1A20, 0x1AAD), (0x1B00, 0x1B7E), (0x1B80, 0x1BBF), (0x1BC0, 0x1BFF), (0x1C00, 0x1C4F), (0x1C50, 0x1C7F),
    (0x1CD0, 0x1CFA), (0x1D00, 0x1DBF), (0x1E00, 0x1EFF), (0x1F00, 0x1FFE), (0x2000, 0x206F), (0x2070, 0x209C), (0x20A0, 0x20C0),
    (0x2100, 0x214F), (0x2150, 0x218B), (0x2190, 0x23FF), (0x2460, 0x24FF), (0x2500, 0x27BF), (0x2800, 0x28FF), (0x2C00, 0x2C5F),
    (0x2C80, 0x2CFF), (0x2D30, 0x2D7F), (0x2E80, 0x2FD5), (0x3001, 0x303F), (0x3041, 0x309F), (0x30A0, 0x30FF), (0x3105, 0x312F),
    (0x3131, 0x318E), (0x3200, 0x33FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA000, 0xA4C6), (0xA4D0, 0xA4FF), (0xA500, 0xA62B),
    (0xA640, 0xA69F), (0xA6A0, 0xA6F7), (0xA720, 0xA7CA), (0xA800, 0xA82C), (0xA840, 0xA877), (0xA880, 0xA8D9), (0xA900, 0xA953),
    (0xA960, 0xA97C), (0xA980, 0xA9DF), (0xAA00, 0xAA5F), (0xAA80, 0xAADF), (0xAAE0, 0xAAF6), (0xABC0, 0xABF9), (0xAC00, 0xD7A3),
    (0xF900, 0xFAD9), (0xFB00, 0xFB4F), (0xFB50, 0xFDFF), (0xFE20, 0xFE6B), (0xFE70, 0xFEFC), (0xFF01, 0xFFEE), (0x10000, 0x100FA),
    (0x10280, 0x1031F), (0x10330, 0x1034A), (0x10380, 0x103D5), (0x10400, 0x104FB), (0x10800, 0x10855), (0x10900, 0x1093F),
    (0x10A00, 0x10A58), (0x10B00, 0x10BAF), (0x10C00, 0x10CFF), (0x11000, 0x1107F), (0x11083, 0x110C2), (0x11100, 0x11147),
    (0x11180, 0x111F4), (0x11200, 0x11241), (0x11300, 0x11374), (0x11400, 0x11461), (0x11480, 0x114D9), (0x11600, 0x11659),
    (0x11680, 0x116C9), (0x118A0, 0x118FF), (0x11A00, 0x11AA2), (0x11C00, 0x11C6C), (0x12000, 0x12399), (0x13000, 0x1342E),
    (0x14400, 0x14646), (0x16800, 0x16A38), (0x16B00, 0x16B8F), (0x16F00, 0x16F9F), (0x17000, 0x17FFF), (0x1B000, 0x1B122),
    (0x1D100, 0x1D1EA), (0x1D400, 0x1D7FF), (0x1E000, 0x1E02A), (0x1E100, 0x1E14F), (0x1E800, 0x1E8D6), (0x1E900, 0x1E95F),
    (0x1EE00, 0x1EEF1), (0x1F000, 0x1F0F5), (0x1F100, 0x1F1FF), (0x1F300, 0x1FAFF), (0x20000, 0x2A6DF), (0x2F800, 0x2FA1D),
    (0xE000, 0xE010), (0xE0020, 0xE007F), (0xE0100, 0xE01EF), (0xF0000, 0xF0010),
]


class Generator:
    """Writes texts from a seed; `tokens` are added tokens that should appear in some."""

    def __init__(self, seed, tokens=()):
        self.random = random.Random(seed)
        self.tokens = list(tokens)
        self.scripts = [[chr(c) for c in range(a, b + 1) if unicodedata.category(chr(c)) != "Cn"] for a, b in SCRIPTS]
        self.next_script = 0

    def english(self):
        words = [self.random.choice(ENGLISH) for _ in range(self.random.randint(1, 8))]
        words = [self.random.choice([w, w, w, w.capitalize(), w.upper()]) for w in words]
        return " ".join(words) + self.random.choice(["", ".", ", ", "? ", "!\n"])

    def script(self):
        characters = self.scripts[self.next_script % len(self.scripts)]
        self.next_script += 1
        return "".join(" " if self.random.random() < 0.15 else self.random.choice(characters) for _ in range(self.random.randint(1, 12)))

    def marks(self):
        base = self.random.choice(COMPOSED + ["a", "E", "o", " ", "你", "क", "ᄀ"])
        return base + "".join(self.random.choice(MARKS) for _ in range(self.random.randint(1, 5)))

    def run(self):
        unit = self.random.choice(["a", " ", "\n", "\t", "0", "=", "-", "é", "的", "ab", "😀", "\u0301", "\xa0", "ha", ".", "\r\n", "▁"])
        return unit * self.random.choice([2, 3, 4, 5, 7, 8, 12, 16, 31, 64, 100])

    def number(self):
        return self.random.choice([str(self.random.randint(0, 10**self.random.randint(1, 14))), "3.14159", "1,234,567", "0x7f", "٠١٢٣٤", "१२३", "²³", "１２３"])

    def control(self):
        return chr(self.random.choice([*range(0, 32), 127, *range(128, 160), 0xAD, 0x200E, 0x202E, 0x2066, 0xFFFE, 0xFFFF, 0x10FFFF]))

    def token(self):
        if not self.tokens:
            return self.english()
        token = self.random.choice(self.tokens)
        if self.random.random() < 0.15:
            token = token[: self.random.randint(1, len(token))]
        return self.random.choice(["", " ", "  ", "a", "\n"]) + token + self.random.choice(["", " ", "  ", "b", "\n", token])

    def piece(self):
        kinds = [self.english, self.english, self.script, self.script, self.marks, self.run, self.number, self.control, self.token,
                 lambda: self.random.choice(CONTRACTIONS), lambda: self.random.choice(PUNCTUATION), lambda: self.random.choice(SPACES),
                 lambda: self.random.choice(SPACES), lambda: self.random.choice(CODE), lambda: self.random.choice(EMOJI),
                 lambda: self.random.choice(COMPOSED)]
        return self.random.choice(kinds)().encode()

    def text(self):
        """Bytes: UTF-8, malformed in one of ten."""
        pieces = [self.piece() for _ in range(self.random.choice([1, 1, 2, 3, 4, 6, 9]))]
        if self.random.random() < 0.1:
            pieces.insert(self.random.randint(0, len(pieces)), self.random.choice(MALFORMED))
        return b"".join(pieces)


def corpus(seed, count):
    """Texts to train small vocabularies on."""
    generator = Generator(seed)
    return [generator.english() if i % 3 else generator.text().decode(errors="replace") for i in range(count)]
