// Damaged files: added tokens, and the components around the model.
#include "malformed.hpp"

namespace gerbil::tokenizer {
namespace {

constexpr auto corrupt = ErrorCode::corrupt, unsupported = ErrorCode::unsupported;

INSTANTIATE_TEST_SUITE_P(
    Components, Malformed,
    testing::Values(
        Attack{"AddedIsAnObject", corrupt, "added_tokens", with(R"("added_tokens": {})")},
        Attack{"AddedWithoutContent", corrupt, "content", with(R"("added_tokens": [{"id": 2}])")},
        Attack{"AddedIsANumber", corrupt, "content", with(R"("added_tokens": [7])")},
        Attack{"AddedNegative", corrupt, "-5", with(R"("added_tokens": [{"id": -5, "content": "x"}])")},
        Attack{"AddedAbsurd", corrupt, "99999999999", with(R"("added_tokens": [{"id": 99999999999, "content": "x"}])")},
        Attack{"Normalizer", unsupported, "Shout", with(R"("normalizer": {"type": "Shout"})")},
        Attack{"BertFlag", corrupt, "lowercase",
               with(R"("normalizer": {"type": "BertNormalizer", "lowercase": "yes"})")},
        Attack{"NormalizerWithoutType", corrupt, "type", with(R"("normalizer": {})")},
        Attack{"NormalizerWithoutMembers", corrupt, "type", with(R"("normalizer": {"lowercase": true})")},
        Attack{"NormalizerIsText", corrupt, "type", with(R"("normalizer": "NFC")")},
        Attack{"SequenceOfNothing", corrupt, "normalizers", with(R"("normalizer": {"type": "Sequence"})")},
        Attack{"ReplaceWithoutPattern", corrupt, "pattern",
               with(R"("normalizer": {"type": "Replace", "content": ""})")},
        Attack{"PreTokenizer", unsupported, "Sentences", with(R"("pre_tokenizer": {"type": "Sentences"})")},
        Attack{"NoDelimiter", corrupt, "delimiter", with(R"("pre_tokenizer": {"type": "CharDelimiterSplit"})")},
        Attack{"LongDelimiter", corrupt, "one character",
               with(R"("pre_tokenizer": {"type": "CharDelimiterSplit", "delimiter": "ab"})")},
        Attack{"NoLength", corrupt, "at least 1", with(R"("pre_tokenizer": {"type": "FixedLength", "length": 0})")},
        Attack{"Behavior", corrupt, "Shuffled",
               with(R"("pre_tokenizer": {"type": "Split", "pattern": {"String": "x"}, "behavior": "Shuffled"})")},
        Attack{"PrependScheme", corrupt, "often",
               with(R"("pre_tokenizer": {"type": "Metaspace", "prepend_scheme": "often"})")},
        Attack{"EmptyMetaspace", corrupt, "replacement",
               with(R"("pre_tokenizer": {"type": "Metaspace", "replacement": ""})")},
        Attack{"TemplateWithoutText", corrupt, "template",
               with(R"("post_processor": {"type": "TemplateProcessing", "single": []})")},
        Attack{
            "TemplateToken", corrupt, "<s>",
            with(R"("post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}]})")},
        Attack{"TemplateId", corrupt, "-1",
               with(R"("post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "s"}}],
                        "special_tokens": {"s": {"ids": [-1]}}})")},
        Attack{"TemplateOfASecondText", corrupt, "\"B\"",
               with(R"("post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "B"}}]})")},
        Attack{"PairWithoutText", corrupt, "pair",
               with(R"("post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A"}}],
                        "pair": [{"Sequence": {"id": "B"}}]})")},
        Attack{
            "TypeId", corrupt, "type_id -1",
            with(
                R"("post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A", "type_id": -1}}]})")},
        Attack{"PostProcessor", unsupported, "Overtake", with(R"("post_processor": {"type": "Overtake"})")},
        Attack{"TwoTemplates", unsupported, "two templates",
               with(R"("post_processor": {"type": "Sequence", "processors": [
                        {"type": "BertProcessing", "cls": ["a", 0], "sep": ["b", 1]},
                        {"type": "BertProcessing", "cls": ["a", 0], "sep": ["b", 1]}]})")},
        Attack{"NoSep", corrupt, "sep", with(R"("post_processor": {"type": "RobertaProcessing", "cls": ["a", 0]})")},
        Attack{"SepWithoutId", corrupt, "sep",
               with(R"("post_processor": {"type": "BertProcessing", "cls": ["a", 0], "sep": ["b"]})")},
        Attack{"ClsId", corrupt, "-7",
               with(R"("post_processor": {"type": "BertProcessing", "cls": ["a", -7], "sep": ["b", 1]})")},
        Attack{"EmptySuffix", corrupt, "suffix", with(R"("decoder": {"type": "BPEDecoder", "suffix": ""})")},
        Attack{"Decoder", unsupported, "CTC", with(R"("decoder": {"type": "CTC"})")},
        Attack{"StripCount", corrupt, "Strip", with(R"("decoder": {"type": "Strip", "content": " ", "start": -1})")}),
    attack_name);

}  // namespace
}  // namespace gerbil::tokenizer
