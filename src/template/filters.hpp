// Jinja's filters, by subject. Reference: the Jinja 3.1 documentation, "List of Builtin Filters"; jinja2.filters.
#pragma once

#include "template/builtin.hpp"

namespace gerbil::jinja {

#define GERBIL_FILTERS(NAME) Value NAME(Context& context, const Arguments& arguments);
namespace filters {
// filters_text.cpp
GERBIL_FILTERS(capitalize)
GERBIL_FILTERS(center)
GERBIL_FILTERS(format)
GERBIL_FILTERS(indent)
GERBIL_FILTERS(lower)
GERBIL_FILTERS(pprint)
GERBIL_FILTERS(replace)
GERBIL_FILTERS(string)
GERBIL_FILTERS(title)
GERBIL_FILTERS(trim)
GERBIL_FILTERS(truncate)
GERBIL_FILTERS(upper)
GERBIL_FILTERS(wordcount)
GERBIL_FILTERS(wordwrap)
// filters_html.cpp
GERBIL_FILTERS(escape)
GERBIL_FILTERS(forceescape)
GERBIL_FILTERS(safe)
GERBIL_FILTERS(striptags)
GERBIL_FILTERS(urlencode)
GERBIL_FILTERS(urlize)
GERBIL_FILTERS(xmlattr)
// filters_number.cpp
GERBIL_FILTERS(abs)
GERBIL_FILTERS(filesizeformat)
GERBIL_FILTERS(float_)
GERBIL_FILTERS(int_)
GERBIL_FILTERS(round)
// filters_sequence.cpp
GERBIL_FILTERS(attr)
GERBIL_FILTERS(batch)
GERBIL_FILTERS(default_)
GERBIL_FILTERS(first)
GERBIL_FILTERS(items)
GERBIL_FILTERS(join)
GERBIL_FILTERS(last)
GERBIL_FILTERS(length)
GERBIL_FILTERS(list)
GERBIL_FILTERS(random)
GERBIL_FILTERS(reverse)
GERBIL_FILTERS(slice)
// filters_order.cpp
GERBIL_FILTERS(dictsort)
GERBIL_FILTERS(groupby)
GERBIL_FILTERS(max)
GERBIL_FILTERS(min)
GERBIL_FILTERS(sort)
GERBIL_FILTERS(sum)
GERBIL_FILTERS(unique)
// filters_each.cpp
GERBIL_FILTERS(map)
GERBIL_FILTERS(reject)
GERBIL_FILTERS(rejectattr)
GERBIL_FILTERS(select)
GERBIL_FILTERS(selectattr)
// to_json.cpp
GERBIL_FILTERS(tojson)
}  // namespace filters
#undef GERBIL_FILTERS

// What an `attribute` parameter gets from `item`: "a.b.0", a number, or nothing for the item itself. An undefined
// result becomes `fallback` when that is given.
Value get_by_path(Context& context, Value item, Value path, Value fallback = {});

}  // namespace gerbil::jinja
