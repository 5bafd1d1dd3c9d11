// The codec inside: JSON values on one side, the public types on the other.
#pragma once

#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "codec/fields.hpp"
#include "gerbil/json.hpp"

namespace gerbil::codec {

// Of the whole text or a member of it, whose place `where` is.
Message read_message(const Json& json, const std::string& where);
std::vector<Message> read_messages(const Json& json, const std::string& where);
Json write(const ToolCall& call);
Json write(const Message& message);
Json write(const std::vector<Message>& messages);

// Among the other fields of a request.
void read_options(Fields& fields, GenerateOptions& options);
void read_options(Fields& fields, EmbedOptions& options);
void read_options(Fields& fields, RankOptions& options);
void read_options(Fields& fields, ClassifyOptions& options);
void write_options(Json& json, const GenerateOptions& options);
void write_options(Json& json, const EmbedOptions& options);
void write_options(Json& json, const RankOptions& options);
void write_options(Json& json, const ClassifyOptions& options);

// What an answer must be, among the options.
void read_grammar(Fields& fields, Grammar& grammar);
void write_grammar(Json& json, const Grammar& grammar);

// On one line. Bytes that are not UTF-8 become U+FFFD: JSON cannot hold them.
inline std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// As a double whose shortest spelling is that of the float.
double widened(float value);
// "0.1,2": the shortest spellings that read back as the same floats, and null for what JSON does not have.
void append_numbers(std::string& text, const std::vector<float>& values);
// NaN for null.
std::vector<float> read_numbers(const std::string& path, const Json& json);

}  // namespace gerbil::codec
