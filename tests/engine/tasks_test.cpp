// What a model can do is asked; and the work of embedders and rankers without waiting.
#include <gmock/gmock.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <sstream>
#include <string>
#include <thread>

#include "gerbil/gerbil.hpp"

namespace gerbil {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string nano = GERBIL_MODELS "/nano";
const std::string nano_embed = GERBIL_MODELS "/nano-embed";

std::string fixture(const std::string& name) { return GERBIL_FIXTURES "/embeddings/" + name; }

Model load(const std::string& path, std::optional<Task> task = {}) {
  return Model::load(path, {.device = Device::cpu, .task = task, .threads = 1, .check = false});
}

// The sentence of the Error{unsupported}.
std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::unsupported) << error.what();
    return error.what();
  }
  return "no error";
}

TEST(Tasks, AreWhatTheModelIsAndWasLoadedFor) {
  EXPECT_THAT(load(nano).info().tasks, ElementsAre(Task::generate, Task::embed, Task::rank));
  EXPECT_THAT(load(nano, Task::rank).info().tasks, ElementsAre(Task::generate, Task::embed, Task::rank));
  EXPECT_THAT(load(nano, Task::embed).info().tasks, ElementsAre(Task::embed));
  EXPECT_THAT(load(nano_embed).info().tasks, ElementsAre(Task::embed));
  EXPECT_THAT(load(fixture("bert_classifier")).info().tasks, ElementsAre(Task::classify, Task::rank));
  EXPECT_THAT(load(fixture("bert_classifier_two_labels")).info().tasks, ElementsAre(Task::classify));
  EXPECT_EQ(load(fixture("bert_classifier_two_labels")).info().classes, 2);
  EXPECT_EQ(load(fixture("bert_classifier_two_labels")).info().dimensions, 0);
  EXPECT_TRUE(load(nano).can(Task::generate));
  EXPECT_TRUE(load(nano).can(Task::embed));
  EXPECT_FALSE(load(nano).can(Task::classify));
}

TEST(Tasks, AClassThatDoesNotFitSaysWhichDoes) {
  EXPECT_THAT(refusal([] { Generator{load(nano_embed)}; }),
              HasSubstr("makes embeddings, so it cannot generate text: it is for an Embedder (gerbil embed)."));
  EXPECT_THAT(refusal([] { Ranker{load(nano_embed)}; }), HasSubstr("cannot rank documents"));
  EXPECT_THAT(refusal([] { Generator{load(nano, Task::embed)}; }), HasSubstr("LoadOptions::task = Task::generate"));
  EXPECT_THAT(refusal([] { Embedder{load(fixture("bert_classifier"))}; }), HasSubstr("a Ranker (gerbil rerank)"));
  EXPECT_THAT(refusal([] { Ranker{load(fixture("bert_classifier_two_labels"))}; }),
              HasSubstr("classifies texts into 2 classes, so it cannot rank documents: it is for a Classifier."));
  EXPECT_THAT(refusal([] { Classifier{load(nano)}; }), HasSubstr("cannot classify texts: it is for a Generator"));
  EXPECT_THAT(refusal([] { Ranker{load(fixture("qwen3_last"), Task::generate)}; }), HasSubstr("\"yes\" and \"no\""));
}

TEST(Tasks, LoadingForWhatAModelCannotDoIsAnError) {
  EXPECT_THAT(refusal([] { load(nano_embed, Task::generate); }), HasSubstr("it is for an Embedder"));
  EXPECT_THAT(refusal([] { load(fixture("bert_classifier"), Task::embed); }), HasSubstr("it is for a Ranker"));
  EXPECT_THAT(refusal([] { load(nano, Task::classify); }), HasSubstr("it is for a Generator"));
}

TEST(Tasks, OneModelServesSeveralClasses) {
  const Model model = load(nano);
  const Generator generator(model);
  const Ranker ranker(model);
  EXPECT_THAT(generator.generate("What is 37 + 45?").text, HasSubstr("82"));
  EXPECT_EQ(ranker.rank("cow", {"The cow says moo.", "It rains."}).scores.size(), 2u);
  const Embedder embedder(model);
  EXPECT_EQ(embedder.embed({"A fox."}).vectors, Embedder(load(nano, Task::embed)).embed({"A fox."}).vectors);
  EXPECT_EQ(embedder.model().info().dimensions, 256);
  EXPECT_EQ(embedder.model().info().context_length, model.info().context_length);
  EXPECT_EQ(Embedder(model).model().info().load_seconds, embedder.model().info().load_seconds) << "made once";
}

TEST(Tasks, ALanguageModelEmbedsTextsOfAtMost8192Tokens) {
  const std::string longer = ::testing::TempDir() + "gerbil_longer_" + std::to_string(::getpid());
  std::filesystem::copy(nano, longer);
  std::ostringstream config;
  config << std::ifstream(nano + "/config.json").rdbuf();
  std::string changed = config.str();
  const std::string wanted = "\"max_position_embeddings\": 2048";
  changed.replace(changed.find(wanted), wanted.size(), "\"max_position_embeddings\": 40000");
  std::ofstream(longer + "/config.json") << changed;
  const Model model =
      Model::load(longer, {.device = Device::cpu, .threads = 2, .context_length = 20000, .check = false});
  std::filesystem::remove_all(longer);
  EXPECT_EQ(model.info().context_length, 20000);
  std::string text;
  for (int i = 0; i < 9000; ++i) text += " fox";
  try {
    Embedder(model).embed({text});
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_THAT(error.what(), HasSubstr("takes at most 8192"));
  }
}

// Its parts run in turns on one memory, and go when nobody holds them.
TEST(Tasks, OneModelGeneratesAndEmbedsAtTheSameTime) {
  std::optional<Model> model = load(nano);
  const std::vector<std::string> texts(20, "The fox lives in a den.");
  const std::string expected = Generator(*model).generate("Tell me a story about a fox", {.max_tokens = 40}).text;
  const std::vector<float> vector = Embedder(*model).embed(texts).vectors.front();
  std::vector<std::future<void>> callers;
  for (int i = 0; i < 3; ++i) {
    callers.push_back(std::async(std::launch::async, [&expected, generator = Generator(*model)] {
      EXPECT_EQ(generator.generate("Tell me a story about a fox", {.max_tokens = 40}).text, expected);
    }));
    callers.push_back(std::async(std::launch::async, [&vector, &texts, embedder = Embedder(*model)] {
      EXPECT_THAT(embedder.embed(texts).vectors, Each(vector));
    }));
  }
  model.reset();
  for (auto& caller : callers) caller.get();
}

template <typename Result, typename Submit>
Result wait_for(const Submit& submit) {
  std::promise<Result> promise;
  submit([&](Result result, const std::exception_ptr& error) {
    error ? promise.set_exception(error) : promise.set_value(std::move(result));
  });
  return promise.get_future().get();
}

TEST(Submit, GivesWhatWaitingGives) {
  const std::vector<std::string> texts{"A fox lives in a den.", "", "The lamp is new."};
  const Embedder embedder(load(nano_embed));
  const EmbedResult embedded =
      wait_for<EmbedResult>([&](Embedder::OnResult done) { embedder.submit(texts, {}, std::move(done)); });
  EXPECT_EQ(embedded.vectors, embedder.embed(texts).vectors);
  EXPECT_EQ(embedded.tokens, embedder.embed(texts).tokens);
  const Ranker ranker(load(nano));
  const RankResult ranked =
      wait_for<RankResult>([&](Ranker::OnResult done) { ranker.submit("fox", texts, {}, std::move(done)); });
  EXPECT_EQ(ranked.scores, ranker.rank("fox", texts).scores);
  EXPECT_GT(ranked.tokens, 0);
}

TEST(Submit, OfNothingEndsAtOnce) {
  const Embedder embedder(load(nano_embed));
  bool ended = false;
  embedder.submit(std::vector<std::string>(), {}, [&](const EmbedResult& result, const std::exception_ptr& error) {
    EXPECT_TRUE(result.vectors.empty());
    EXPECT_FALSE(error);
    ended = true;
  });
  EXPECT_TRUE(ended);
}

TEST(Submit, IsEndedByItsCancellation) {
  const Embedder embedder(load(nano_embed));
  EmbedOptions options;
  options.progress = [&](std::int64_t, std::int64_t) { options.cancellation.cancel(); };
  const std::vector<std::string> texts(1000, "The fox lives in a den.");
  try {
    wait_for<EmbedResult>([&](Embedder::OnResult done) { embedder.submit(texts, options, std::move(done)); });
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::cancelled);
  }
}

TEST(Submit, IsEndedByItsTimeout) {
  const Embedder embedder(load(nano_embed));
  const std::vector<std::string> texts(1000, "The fox lives in a den.");
  const auto code = [&](double timeout) {
    EmbedOptions options;
    options.timeout = timeout;
    try {
      embedder.embed(texts, options);
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::internal;
  };
  EXPECT_EQ(code(1e-6), ErrorCode::timeout);
  EXPECT_EQ(code(-1), ErrorCode::invalid_argument);
  EXPECT_EQ(code(1e6), ErrorCode::internal);  // no error
}

// What a callback throws ends all of its request's texts, and comes back as it was.
TEST(Submit, ACallbacksExceptionIsItsOwn) {
  const Embedder embedder(load(nano_embed));
  EmbedOptions options;
  std::atomic<int> calls = 0;
  options.progress = [&](std::int64_t, std::int64_t) {
    ++calls;
    throw std::runtime_error("mine");
  };
  const std::vector<std::string> texts(1000, "The fox lives in a den.");
  EXPECT_THROW(
      wait_for<EmbedResult>([&](Embedder::OnResult done) { embedder.submit(texts, options, std::move(done)); }),
      std::runtime_error);
  EXPECT_EQ(calls, 1);
  EXPECT_THROW(embedder.embed(texts, options), std::runtime_error);
}

// A call of many texts that has begun goes on; others are refused while the queue is full.
TEST(Submit, RefusesNewCallsWhenTheQueueIsFull) {
  const Embedder embedder(Model::load(nano_embed, {.device = Device::cpu, .threads = 1, .max_waiting = 3}));
  const std::vector<std::string> texts(1000, "The fox lives in a den.");
  std::atomic<int> refused = 0;
  std::atomic<int> told = 0;
  const auto all = wait_for<EmbedResult>([&](Embedder::OnResult done) {
    embedder.submit(texts, {}, done);
    for (int i = 0; i < 1000 && refused == 0; ++i) {
      try {
        embedder.submit(texts, {}, [&](const EmbedResult&, const std::exception_ptr&) { ++told; });
        --told;
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::overloaded);
        ++refused;
      }
    }
  });
  EXPECT_EQ(refused, 1);
  while (told != 0) std::this_thread::yield();  // those that were taken end well, the others are never told of
  ASSERT_EQ(all.vectors.size(), texts.size());
  EXPECT_EQ(all.vectors.back(), embedder.embed({texts.front()}, {}).vectors.front());
}

// The error of one text, however far behind, is known before any work.
TEST(Submit, ChecksEveryTextAtFirst) {
  const Embedder embedder(Model::load(nano_embed, {.device = Device::cpu, .threads = 1, .context_length = 16}));
  std::vector<TokenizedText> texts(600, TokenizedText{{2, 7, 3}, {}});
  texts.back().ids.assign(17, 7);
  EXPECT_THROW(embedder.submit(texts, {}, [](const EmbedResult&, const std::exception_ptr&) { FAIL(); }), Error);
}

}  // namespace
}  // namespace gerbil
