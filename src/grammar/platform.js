// The platform's tables of Unicode, for patterns of grammars.
addToLibrary({
  $GerbilProperty: {ranges: null},

  // Leaves the first and last code points of the property's ranges for gerbil_property_take, and returns how many
  // numbers these are; -1 when there is no such property.
  gerbil_property_find__sig: "ip",
  gerbil_property_find__deps: ["$GerbilProperty", "$UTF8ToString"],
  gerbil_property_find: (name) => {
    let property;
    try {
      property = new RegExp("^\\p{" + UTF8ToString(name) + "}$", "u");
    } catch {
      return -1;
    }
    const ranges = (GerbilProperty.ranges = []);
    for (let code = 0, inside = false; code <= 0x110000; ++code) {
      const has = code < 0x110000 && property.test(String.fromCodePoint(code));
      if (has !== inside) ranges.push(has ? code : code - 1);
      inside = has;
    }
    return ranges.length;
  },

  gerbil_property_take__sig: "vp",
  gerbil_property_take__deps: ["$GerbilProperty"],
  gerbil_property_take: (ranges) => HEAPU32.set(GerbilProperty.ranges, ranges / 4),
});
