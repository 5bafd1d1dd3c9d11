// The platform's tables of Unicode, for the text methods of templates.
addToLibrary({
  $GerbilCharacters: {
    // In the order of unicode_wasm.cpp.
    properties: [
      "\\p{L}", "\\p{Nd}", "\\p{N}", "[\\p{L}\\p{M}\\p{N}\\p{P}\\p{S} ]", "\\p{Uppercase}", "\\p{Lowercase}", "\\p{Lt}",
      "\\p{Case_Ignorable}", "[\\p{Nd}\\u00B2\\u00B3\\u00B9\\u2070-\\u2079\\u2080-\\u2089\\u2460-\\u2468]", "\\p{XID_Continue}",
      "\\p{XID_Start}",
    ],
    compiled: [],
  },

  // Whether the character has the property.
  gerbil_character_is__sig: "iii",
  gerbil_character_is__deps: ["$GerbilCharacters"],
  gerbil_character_is: (c, property) => {
    GerbilCharacters.compiled[property] ??= new RegExp(GerbilCharacters.properties[property], "u");
    return GerbilCharacters.compiled[property].test(String.fromCodePoint(c)) ? 1 : 0;
  },

  // Writes the mapped character as code points, at most four, and returns how many. 0: upper, 1: lower, 2: folded.
  gerbil_character_map__sig: "iiip",
  gerbil_character_map: (c, mapping, out) => {
    const text = String.fromCodePoint(c);
    const mapped = mapping == 0 ? text.toUpperCase() : mapping == 1 ? text.toLowerCase() : text.toUpperCase().toLowerCase();
    const points = Array.from(mapped, (character) => character.codePointAt(0)).slice(0, 4);
    HEAPU32.set(points, out / 4);
    return points.length;
  },
});
