// The routes. Each answers the exchange, sooner or later; what it throws becomes the answer. On the thread of the
// front.
#pragma once

#include "server/service.hpp"

namespace gerbil::server {

void complete_chat(Service& service, const ExchangePtr& exchange);
void complete_text(Service& service, const ExchangePtr& exchange);
void answer_messages(Service& service, const ExchangePtr& exchange);
void count_message_tokens(Service& service, const ExchangePtr& exchange);
void create_response(Service& service, const ExchangePtr& exchange);
void show_response(Service& service, const ExchangePtr& exchange);
void delete_response(Service& service, const ExchangePtr& exchange);
void embed(Service& service, const ExchangePtr& exchange);
void rerank(Service& service, const ExchangePtr& exchange);
void tokenize(Service& service, const ExchangePtr& exchange);
void detokenize(Service& service, const ExchangePtr& exchange);
void show_page(Service& service, const ExchangePtr& exchange);
void show_health(Service& service, const ExchangePtr& exchange);
void show_metrics(Service& service, const ExchangePtr& exchange);
void list_models(Service& service, const ExchangePtr& exchange);
void show_model(Service& service, const ExchangePtr& exchange);

}  // namespace gerbil::server
