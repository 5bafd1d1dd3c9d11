// The values that a template computes with: Python's, as far as Jinja shows them.
//
// A Value is a tag and a word. What does not fit into a word lies in the Heap of one rendering, which finds out by
// itself what is still needed: values are copied freely, may refer to each other in circles, and none is destroyed by
// recursion.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gerbil::jinja {

struct Text;
struct Sequence;
struct Generator;
struct Dict;
struct Missing;
struct Builtin;
struct Method;
struct Macro;
struct Loop;
struct Namespace;
struct Cycler;
struct Joiner;

enum class Kind : std::uint8_t {
  absent,     // an argument that was not given; never seen by a template
  undefined,  // jinja2.Undefined
  none,
  boolean,
  integer,  // 64 bits; what does not fit is an error, where Python would go on
  real,
  text,
  generator,  // what many filters give: computed while it is read, once, without a length
  list,
  tuple,
  view,  // dict_keys, dict_values, dict_items
  range,
  dict,
  builtin,
  method,  // a builtin with its object
  macro,
  loop,
  name_space,
  cycler,
  joiner,
  self,  // the template's blocks
};

class Value {
 public:
  constexpr Value() = default;
  constexpr static Value none() { return Value(Kind::none); }
  constexpr static Value self() { return Value(Kind::self); }
  constexpr static Value boolean(bool value) { return Value(Kind::boolean, value ? 1 : 0); }
  constexpr static Value integer(std::int64_t value) { return Value(Kind::integer, value); }
  constexpr static Value real(double value) {
    Value result(Kind::real);
    result.real_ = value;
    return result;
  }
  Value(const Text* text) : kind_(Kind::text), text_(text) {}
  Value(Kind kind, Sequence* sequence) : kind_(kind), sequence_(sequence) {}
  Value(Generator* generator) : kind_(Kind::generator), generator_(generator) {}
  Value(const Dict* dict) : kind_(Kind::dict), dict_(dict) {}
  Value(const Missing* missing) : kind_(Kind::undefined), missing_(missing) {}
  Value(const Builtin* builtin) : kind_(Kind::builtin), builtin_(builtin) {}
  Value(const Method* method) : kind_(Kind::method), method_(method) {}
  Value(const Macro* macro) : kind_(Kind::macro), macro_(macro) {}
  Value(Loop* loop) : kind_(Kind::loop), loop_(loop) {}
  Value(Namespace* space) : kind_(Kind::name_space), namespace_(space) {}
  Value(Cycler* cycler) : kind_(Kind::cycler), cycler_(cycler) {}
  Value(Joiner* joiner) : kind_(Kind::joiner), joiner_(joiner) {}

  Kind kind() const { return kind_; }
  bool is(Kind kind) const { return kind_ == kind; }
  bool given() const { return kind_ != Kind::absent; }
  bool is_text() const { return kind_ == Kind::text; }
  // int or bool, which is an int in Python.
  bool is_integer() const { return kind_ == Kind::integer || kind_ == Kind::boolean; }
  bool is_number() const { return is_integer() || kind_ == Kind::real; }
  // What holds its items in a Sequence.
  bool is_sequence() const { return kind_ >= Kind::list && kind_ <= Kind::range; }

  // The caller knows the kind.
  bool as_boolean() const { return integer_ != 0; }
  std::int64_t as_integer() const { return integer_; }
  double as_real() const { return kind_ == Kind::real ? real_ : static_cast<double>(integer_); }
  const Text& text() const { return *text_; }
  Sequence& sequence() const { return *sequence_; }
  Generator& generator() const { return *generator_; }
  const Dict& dict() const { return *dict_; }
  const Missing& missing() const { return *missing_; }
  const Builtin& builtin() const { return *builtin_; }
  const Method& method() const { return *method_; }
  const Macro& macro() const { return *macro_; }
  Loop& loop() const { return *loop_; }
  Namespace& name_space() const { return *namespace_; }
  Cycler& cycler() const { return *cycler_; }
  Joiner& joiner() const { return *joiner_; }
  std::string_view bytes() const;  // of a text

  // Python's `is`.
  friend bool identical(Value a, Value b) { return a.kind_ == b.kind_ && a.integer_ == b.integer_; }

 private:
  constexpr explicit Value(Kind kind, std::int64_t word = 0) : kind_(kind), integer_(word) {}
  Kind kind_ = Kind::absent;
  union {
    std::int64_t integer_ = 0;
    double real_;
    const Text* text_;
    Sequence* sequence_;
    Generator* generator_;
    const Dict* dict_;
    const Missing* missing_;
    const Builtin* builtin_;
    const Method* method_;
    const Macro* macro_;
    Loop* loop_;
    Namespace* namespace_;
    Cycler* cycler_;
    Joiner* joiner_;
  };
};

using Values = std::vector<Value>;

// A str: well-formed UTF-8, counted in characters.
struct Text {
  std::string bytes;
  mutable std::int64_t length = -1;  // in characters; -1: not counted yet
  bool markup = false;               // markupsafe.Markup: what is joined to it gets escaped
};

// How large a value is when it is printed or compared: both are bounded, so that these may recurse.
struct Extent {
  int depth = 0;            // levels of nesting, this one included
  std::int64_t values = 1;  // inside and this one, each counted as often as it occurs
};

struct Sequence {
  Values items;
  std::string_view type;       // Python's name of it
  std::int64_t range[3] = {};  // start, stop and step of a range
  Extent extent;
};

struct Dict {
  std::vector<std::pair<Value, Value>> items;  // in the order of insertion
  Extent extent;
};

// How far something has been read. What was read to its end stays there.
struct Iteration {
  Value source;
  std::size_t at = 0;  // items, or bytes of a text
};

struct Generator {
  // Computes the next item; absent when there is none. It may keep in the fields below what it needs.
  Value (*next)(struct Context&, Generator&) = nullptr;
  std::string_view type = "generator";  // Python's name of it
  Iteration source;                     // whose items it goes through
  Values values;
  std::vector<std::pair<Value, Value>> keywords;
  const Builtin* function = nullptr;
  Value attribute;
  Value fallback;
  Dict seen;
  struct Scope* scope = nullptr;
  std::int64_t number = 0;
  bool started = false;
  bool running = false;
};

// Why a value is undefined: `name` was not found in `object`, or is no variable at all when that is absent.
struct Missing {
  Value object;
  Value name;
  std::string_view sentence;  // instead, when it is not empty
  bool unsafe = false;        // hidden by the sandbox: using it is a SecurityError
};

struct Method {
  const Builtin* builtin = nullptr;
  Value self;
};

// Variables of one part of a template; what is not here is looked for in the parent.
struct Scope {
  std::vector<std::pair<std::int32_t, Value>> variables;
  Scope* parent = nullptr;
  bool captured = false;  // a macro or loop may still look here when the part has ended
};

// A macro of the template with the scope it was defined in.
struct Macro {
  const struct MacroCode* code = nullptr;
  Scope* scope = nullptr;
  bool markup = false;  // defined where autoescape was on, so what it gives is escaped already
};

// The variable `loop`.
struct Loop {
  Iteration iteration;
  Values ahead;  // what was read before its turn, which has come for the first `taken` of it
  std::size_t taken = 0;
  Value previous;
  Value current;
  std::int64_t index = -1;
  int depth = 0;            // of a recursive loop: how many are around it
  std::int32_t entry = -1;  // of a recursive loop: where its code begins
  Scope* scope = nullptr;
  Values changed;  // what loop.changed() was called with last
  bool changed_called = false;
};

struct Namespace {
  Dict attributes;
};

struct Cycler {
  Values items;
  std::size_t position = 0;
};

struct Joiner {
  Value separator;
  bool used = false;
};

inline std::string_view Value::bytes() const { return text_->bytes; }

// Python's name of the value's type: "str", "NoneType".
std::string_view type_name(Value value);
// "'x' is undefined", and what else Jinja says of an undefined value.
std::string undefined_sentence(const Missing& missing);
// Throws Failure when `value` is undefined.
void require_defined(Value value);

bool truth(Value value);
std::int64_t length(const Text& text);
Extent extent_of(Value value);

// Python's ==. Never fails.
bool equal(Value a, Value b);
// Python's order: negative, 0 or positive; throws Failure for values that cannot be ordered, naming `sign`.
int compare(Value a, Value b, std::string_view sign = "<");
// The value under `key`, or null. Throws Failure for a key that cannot be hashed.
const Value* find(const Dict& dict, Value key);
const Value* find(const Dict& dict, std::string_view key);

}  // namespace gerbil::jinja
