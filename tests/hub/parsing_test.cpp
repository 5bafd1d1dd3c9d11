// What strangers write: fields of answers, listings, names.
#include <gmock/gmock.h>

#include "base/hub_cache.hpp"
#include "gerbil/error.hpp"
#include "hub/fields.hpp"
#include "hub/listing.hpp"
#include "hub/selection.hpp"
#include "hub/url.hpp"

namespace gerbil::hub {
namespace {

TEST(Fields, AreReadWithoutCaseAndForgottenByTheNextAnswer) {
  Fields fields;
  for (const char* line : {"HTTP/1.1 302 Found\r\n", "LOCATION: /x \r\n", "x-repo-commit:abc\r\n", "nonsense\r\n"})
    fields.add(line);
  EXPECT_EQ(fields.status, 302);
  EXPECT_EQ(fields.location, "/x");
  EXPECT_EQ(fields.commit, "abc");
  EXPECT_TRUE(fields.redirect());
  fields.add("HTTP/2 200\r\n");
  EXPECT_EQ(fields.status, 200);
  EXPECT_EQ(fields.location, "");
}

TEST(Fields, ContentRange) {
  const auto range = parse_content_range("bytes 5-9/10");
  ASSERT_TRUE(range);
  EXPECT_EQ(range->first, 5);
  EXPECT_EQ(range->last, 9);
  EXPECT_EQ(range->size, 10);
  EXPECT_EQ(parse_content_range("Bytes 0-0/*")->size, -1);
  for (const char* text : {"", "bytes", "bytes 9-5/10", "bytes 5-10/10", "bytes -5-9/10", "bytes 5-9/10x", "bytes */10",
                           "items 1-2/3", "bytes 99999999999999999999-9/1"})
    EXPECT_FALSE(parse_content_range(text)) << text;
}

TEST(Fields, NextPage) {
  EXPECT_EQ(next_page("<https://a/b?c=1>; rel=\"next\""), "https://a/b?c=1");
  EXPECT_EQ(next_page("<https://a>; rel=\"prev\", </n>; title=\"x\"; rel=next"), "/n");
  for (const char* text : {"", "<", "<a", "a>; rel=next", "<a>", "<a>; rel=\"nextish\"", "<a>; rel=prev, <b>"})
    EXPECT_EQ(next_page(text), "") << text;
}

TEST(Fields, StrongEntityTags) {
  EXPECT_TRUE(is_strong_etag("\"ab-1\""));
  for (const char* text : {"", "\"\"", "W/\"a\"", "ab", "\"a\"b\"", "\"a\r\nb\"", "\"a b\""})
    EXPECT_FALSE(is_strong_etag(text)) << text;
}

TEST(Url, RedirectsAreResolved) {
  EXPECT_EQ(resolved("https://a/b/c?x", "../d"), "https://a/d");
  EXPECT_EQ(resolved("https://a/b", "https://c/d?e=f"), "https://c/d?e=f");
  EXPECT_EQ(resolved("http://a/b", "//c/d"), "http://c/d");
  for (const char* location : {"http://a/", "file:///etc/passwd", "ftp://a/", "javascript:x"})
    EXPECT_EQ(resolved("https://a/b", location), "") << location;
  EXPECT_EQ(origin("HTTPS://User@Host/x"), "https://host:443");
  EXPECT_NE(origin("http://host:1"), origin("http://host:2"));
  EXPECT_NE(origin("http://host"), origin("https://host"));
  EXPECT_EQ(origin("https://huggingface.co.evil.com"), "https://huggingface.co.evil.com:443");
  EXPECT_EQ(escaped("a b/ü#?%", true), "a%20b/%C3%BC%23%3F%25");
  EXPECT_EQ(escaped("refs/pr/1", false), "refs%2Fpr%2F1");
}

TEST(Listing, PathsStayInTheRepository) {
  for (const char* path : {"a", "a/b.json", ".gitattributes", "a/..b", "ä/ö"}) EXPECT_TRUE(is_inner_path(path)) << path;
  for (const std::string& path :
       {std::string(), std::string("/a"), std::string("a/"), std::string("a//b"), std::string(".."),
        std::string("a/../b"), std::string("./a"), std::string("a\\b"), std::string("a\nb"), std::string("a\0b", 3),
        std::string(241, 'a'), std::string(2000, 'a'), std::string("a\xc2\x9b[31m"), std::string("a\xe2\x80\xaegnp.b")})
    EXPECT_FALSE(is_inner_path(path)) << path;
}

const std::string sha1(40, '1'), sha256(64, '2');

TEST(Listing, TellsLargeFilesFromThoseOfGit) {
  Listing listing;
  read_page(R"([{"type":"file","path":"a","size":5,"oid":")" + sha1 + R"("},{"type":"directory","path":"d"},
                {"type":"file","path":"b","size":130,"oid":")" +
                sha1 + R"(","lfs":{"oid":")" + sha256 + R"(","size":700,"pointerSize":130}}])",
            "x", listing);
  ASSERT_EQ(listing.size(), 2u);
  EXPECT_EQ(listing["a"].id, sha1);
  EXPECT_EQ(listing["b"].id, sha256);
  EXPECT_EQ(listing["b"].size, 700);
  EXPECT_EQ(listing["b"].hash, Hash::lfs_sha256);
}

TEST(Listing, WhatIsNoListingIsRefused) {
  const auto entry = [](const std::string& path, const std::string& size, const std::string& oid) {
    return R"([{"type":"file","path":")" + path + R"(","size":)" + size + R"(,"oid":")" + oid + R"("}])";
  };
  for (const std::string& page :
       {std::string("{}"), std::string("[1]"), std::string("<html>"), entry("../a", "1", sha1), entry("a", "-1", sha1),
        entry("a", "1e300", sha1), entry("a", "9007199254740993", sha1), entry("a", "1", "../../x"),
        entry("a", "1", sha256), std::string(R"([{"type":"file"}])")}) {
    Listing listing;
    EXPECT_THROW(read_page(page, "x", listing), Error) << page;
  }
  for (const char* answer : {"{}", "[]", R"({"sha":"main"})", R"({"sha":null})"})
    EXPECT_THROW(read_commit(answer, "x", "main"), Error) << answer;
  for (const std::string& revision : {std::string("main"), sha1})
    EXPECT_EQ(read_commit(R"({"sha":")" + sha1 + "\"}", "x", revision), sha1);
  EXPECT_THROW(read_commit(R"({"sha":")" + sha1 + "\"}", "x", std::string(40, '2')), Error) << "another commit";
}

TEST(Digest, IsGitsAndThatOfLfs) {
  Digest git(Hash::git_sha1, 6);
  git.add(std::string("hel"));
  git.add(std::string("lo\n"));
  EXPECT_EQ(git.finish(), "ce013625030ba8dba906f756967f9e9ca394464a");  // git hash-object
  EXPECT_EQ(Digest(Hash::lfs_sha256, 0).finish(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(HubName, NamesAndRevisions) {
  for (const char* text : {"a/b", "name", "Qwen/Qwen3-0.6B@refs/pr/1", "a/b@v1.0", "a/b@0123456789abcdef"})
    EXPECT_TRUE(parse_hub_name(text)) << text;
  for (const char* text : {"",       "a/b/c", "/a",   "a/",       "a--b",   "../a",   "a/..", "a/.b",   "a b",   "a@",
                           "a@../x", "a@/x",  "a@x/", "a@x/../y", "a@x//y", "a@x/.y", "a@.x", "a@b\\c", "a@b?c", "ä"})
    EXPECT_FALSE(parse_hub_name(text)) << text;
  for (const char* hidden : {"a/b@x\xc2\x8dy", "a/b@x\xe2\x80\xaey", "a/b@x\xe2\x81\xa6"})
    EXPECT_FALSE(parse_hub_name(hidden)) << "a terminal may take it for a command";
  EXPECT_EQ(parse_hub_name("a/b")->revision, "main");
  EXPECT_FALSE(parse_hub_name(std::string(97, 'a')));
}

TEST(Selection, AnIndexWithOtherNamesDoesNotCount) {
  Listing listing;
  for (const char* path : {"config.json", "model.safetensors.index.json", "model-1.safetensors", "other.safetensors"})
    listing[path] = {};
  const auto read = [](const std::string&) { return std::string(R"({"weight_map":{"a":"gone.safetensors"}})"); };
  EXPECT_THAT(needed_files(listing, read, "It"),
              ::testing::ElementsAre("config.json", "model-1.safetensors", "model.safetensors.index.json"));
  listing["model.safetensors.index.json"].size = std::int64_t{1} << 40;
  EXPECT_THROW(needed_files(listing, read, "It"), Error);
}

}  // namespace
}  // namespace gerbil::hub
