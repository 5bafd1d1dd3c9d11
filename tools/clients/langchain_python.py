"""LangChain for Python: what its users do."""

import typing

import openai
import pydantic
from checks import ADDRESS, QUESTION, check, raised
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

options = {"base_url": ADDRESS + "/v1", "api_key": "none", "max_retries": 0}
model = ChatOpenAI(model="nano", max_tokens=300, stream_usage=True, **options)

whole = model.invoke(QUESTION)
check(whole.content and whole.response_metadata["finish_reason"] == "stop", "invoke")
check(whole.usage_metadata["total_tokens"] == whole.usage_metadata["input_tokens"] + whole.usage_metadata["output_tokens"],
      "usage")
pieces = list(model.stream(QUESTION))
total = pieces[0]
for piece in pieces[1:]:
    total += piece
check(total.content == whole.content and len(pieces) > 5, "stream")
check(total.usage_metadata["output_tokens"] == whole.usage_metadata["output_tokens"], "usage of a stream")
turns = [SystemMessage("Be brief."), HumanMessage(QUESTION), whole, HumanMessage([{"type": "text", "text": "And then?"}])]
check(model.bind(max_tokens=5).invoke(turns).usage_metadata["output_tokens"] == 5, "the next turn")
check(len(model.batch([QUESTION, "Hello"], {"max_concurrency": 2})) == 2, "batch")


class Hen(pydantic.BaseModel):
    """A hen."""

    name: str = pydantic.Field(max_length=12, description="what it is called")
    age: int = pydantic.Field(ge=1, le=9)
    colour: typing.Literal["red", "white"] | None = None


for method in ("json_schema", "function_calling"):
    hen = model.with_structured_output(Hen, method=method).invoke(QUESTION)
    check(isinstance(hen, Hen), f"with_structured_output by {method}")


@tool
def get_weather(city: str) -> str:
    """The weather of a city."""
    return f"sunny in {city}"


forced = model.bind_tools([get_weather], tool_choice="get_weather", parallel_tool_calls=False)
called = forced.invoke(QUESTION)
check(called.tool_calls and isinstance(called.tool_calls[0]["args"]["city"], str), "bind_tools")
result = get_weather.invoke(called.tool_calls[0])
check(isinstance(result, ToolMessage) and "sunny" in result.content, "the tool's result")
answer = model.bind_tools([get_weather]).bind(max_tokens=5).invoke([HumanMessage(QUESTION), called, result])
check(isinstance(answer, AIMessage) and answer.usage_metadata["output_tokens"] == 5, "the answer to it")
total = None
for piece in forced.stream(QUESTION):
    total = piece if total is None else total + piece
check(total.tool_calls[0]["args"] == called.tool_calls[0]["args"], "a tool in a stream")

# By default it counts tokens with those of OpenAI, for which it downloads them.
embeddings = OpenAIEmbeddings(model="nano-embed", check_embedding_ctx_length=False, **options)
query = embeddings.embed_query("a fox")
documents = embeddings.embed_documents(["a fox", "a cow"])
check(max(abs(a - b) for a, b in zip(query, documents[0])) < 1e-6, "embeddings")

error = raised(openai.BadRequestError, model.bind(temperature=-1).invoke, input=QUESTION)
check(error and error.param == "temperature", "a parameter out of range")
