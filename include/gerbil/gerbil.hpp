// All of the public API. Each header says what it is for.
#pragma once

#include "gerbil/cancellation.hpp"
#include "gerbil/chat.hpp"
#include "gerbil/chat_template.hpp"
#include "gerbil/classifier.hpp"
#include "gerbil/device.hpp"
#include "gerbil/diagnostics.hpp"
#include "gerbil/embedder.hpp"
#include "gerbil/error.hpp"
#include "gerbil/generator.hpp"
#include "gerbil/inspect.hpp"
#include "gerbil/json.hpp"
#include "gerbil/message.hpp"
#include "gerbil/model.hpp"
#include "gerbil/profile.hpp"
#include "gerbil/ranker.hpp"
#include "gerbil/tokenizer.hpp"
