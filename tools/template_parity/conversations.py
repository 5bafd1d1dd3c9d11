"""Conversations that chat templates are compared on: name, and the variables that they are rendered with."""

FUNCTIONS = {
    "weather": {"name": "get_weather", "description": "Says the <b>weather</b> & 'more' \"now\"", "parameters": {"type": "object", "properties": {"city": {"type": "string", "description": "a town"}, "days": {"type": "integer", "description": "how many", "default": 1, "minimum": 0}}, "required": ["city"]}},
    "nothing": {"name": "now", "description": "The time.", "parameters": {"type": "object", "properties": {}}},
    "nested": {"name": "plan_trip", "description": "Plans a trip — für Köln, 日本 😀", "parameters": {"type": "object", "properties": {
        "stops": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}, "kind": {"type": "string", "enum": ["town", "île", None]}}, "required": ["name"]}},
        "limits": {"type": "object", "properties": {"price": {"type": ["number", "null"], "default": 2.5}, "fast": {"type": "boolean", "default": False}}, "additionalProperties": False},
        "either": {"anyOf": [{"type": "string"}, {"type": "integer"}]}, "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": True}}, "required": ["stops", "limits"]},
        "return": {"type": "string", "description": "the plan"}},
}
BARE = {"name": "bare"}


def tool(*names):
    return [{"type": "function", "function": FUNCTIONS[name]} for name in names]


def call(name, arguments, identifier="call00001"):
    made = {"type": "function", "function": {"name": name, "arguments": arguments}}
    return made | {"id": identifier} if identifier else made


def says(role, content, **more):
    return {"role": role, "content": content} | more


SYSTEM, USER, ANSWER = says("system", "Be kind."), says("user", "Hi"), says("assistant", "Hello.")
ASK = says("user", "What is the weather in Zürich?")
DICT_CALL = says("assistant", "", tool_calls=[call("get_weather", {"city": "Zürich", "days": 2})])
RESULT = says("tool", "{\"sky\": \"clear\", \"t\": 21.5}", name="get_weather", tool_call_id="call00001")
TEXTS = {
    "plain": [USER], "system": [SYSTEM, USER], "turns": [USER, ANSWER, says("user", "And?")], "system and turns": [SYSTEM, USER, ANSWER, says("user", "And?"), says("assistant", "So."), says("user", "Bye")],
    "ends with assistant": [USER, ANSWER], "developer": [says("developer", "Be brief."), USER], "system twice": [SYSTEM, says("system", "Be brief."), USER], "system in the middle": [USER, ANSWER, SYSTEM, says("user", "x")],
    "user twice": [USER, says("user", "Anybody?")], "assistant first": [ANSWER, USER], "assistant twice": [USER, ANSWER, says("assistant", "More."), says("user", "x")], "only system": [SYSTEM], "only assistant": [ANSWER],
    "no messages": [], "unknown role": [says("narrator", "Once."), USER], "role null": [{"role": None, "content": "x"}], "no role": [{"content": "x"}], "empty message": [{}],
    "empty content": [says("user", "")], "white space": [says("system", "  \n"), says("user", " \n a \t\n"), says("assistant", "\n b \n\n"), says("user", "\u3000c\u00a0")], "null content": [says("user", None)], "missing content": [{"role": "user"}],
    "null answer": [USER, says("assistant", None), says("user", "x")], "missing answer": [USER, {"role": "assistant"}, says("user", "x")], "null system": [says("system", None), USER], "empty system": [says("system", ""), USER], "number as content": [says("user", 5)],
    "quotes and marks": [says("user", "<a href='x'>\"&amp;\" \\n {{ x }} {% if %} %s {0}</a>")], "unicode": [says("system", "Sei höflich — 日本語 😀"), says("user", "e\u0301 \u2028 \u200b ﬁ İ ß")], "line ends": [says("user", "a\r\nb\rc\n\n\n")], "special tokens": [says("user", "<|im_end|></s><s>[INST] [/INST]<|eot_id|>")],
    "parts": [says("user", [{"type": "text", "text": "Look:"}, {"type": "text", "text": " now"}])], "image": [says("user", [{"type": "image"}, {"type": "text", "text": "What is it?"}])], "image by address": [says("user", [{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": "x.png"}}])], "audio and video": [says("user", [{"type": "audio", "audio": "x.wav"}, {"type": "video", "video": "x.mp4"}, {"type": "text", "text": "What?"}])],
    "empty parts": [says("user", [])], "parts everywhere": [says("system", [{"type": "text", "text": "Be kind."}]), says("user", [{"type": "text", "text": "Hi"}]), says("assistant", [{"type": "text", "text": "Hello."}]), says("user", [{"type": "text", "text": "And?"}])], "parts of text": [says("user", ["a", "b"])], "part of another type": [says("user", [{"type": "file", "file": "x"}])],
    "names": [says("user", "Hi", name="Ada"), says("assistant", "Hello.", name="bot"), says("user", "x", name="Bob")], "long": [SYSTEM] + [says(role, f"turn {i}") for i in range(12) for role in ("user", "assistant")] + [USER],
}
THOUGHTS = {
    "reasoning_content": [USER, says("assistant", "Hello.", reasoning_content="They greet."), says("user", "And?")], "reasoning last": [USER, says("assistant", "Hello.", reasoning_content="They\ngreet.\n")], "reasoning null": [USER, says("assistant", "Hello.", reasoning_content=None), says("user", "x")], "reasoning empty": [USER, says("assistant", "Hello.", reasoning_content=""), says("user", "x")],
    "reasoning": [USER, says("assistant", "Hello.", reasoning="They greet."), says("user", "And?")], "thinking": [USER, says("assistant", "Hello.", thinking="They greet."), says("user", "And?")], "think in content": [USER, says("assistant", "<think>\nThey greet.\n</think>\n\nHello."), says("user", "And?")], "think unopened": [USER, says("assistant", "They greet.</think>Hello."), says("user", "x")], "think twice": [USER, says("assistant", "<think>a</think>b<think>c</think>d"), says("user", "x")],
    "think parts": [USER, says("assistant", [{"type": "thinking", "thinking": "They greet."}, {"type": "text", "text": "Hello."}]), says("user", "x")], "think with a call": [ASK, DICT_CALL | {"reasoning_content": "I need it.", "content": "Let me look."}, RESULT],
}
CALLS = {
    "call": [ASK, DICT_CALL, RESULT], "call and answer": [SYSTEM, ASK, DICT_CALL, RESULT, says("assistant", "Clear."), says("user", "Thanks")], "call last": [ASK, DICT_CALL], "call without id": [ASK, says("assistant", "", tool_calls=[call("get_weather", {"city": "Bern"}, None)]), says("tool", "sun", name="get_weather")],
    "arguments as text": [ASK, says("assistant", "", tool_calls=[call("get_weather", "{\"city\": \"Zürich\"}")]), RESULT], "no arguments": [ASK, says("assistant", "", tool_calls=[call("now", {})]), says("tool", "noon", tool_call_id="call00001")], "arguments nested": [ASK, says("assistant", "", tool_calls=[call("plan_trip", {"stops": [{"name": "Köln", "kind": None}], "limits": {"price": 1e3, "fast": True}, "tags": [], "q": "it's <\"x\"> & y"})]), RESULT],
    "null content call": [ASK, says("assistant", None, tool_calls=[call("get_weather", {"city": "Bern"})]), RESULT], "missing content call": [ASK, {"role": "assistant", "tool_calls": [call("get_weather", {"city": "Bern"})]}, RESULT], "content and call": [ASK, says("assistant", "I look.", tool_calls=[call("get_weather", {"city": "Bern"})]), RESULT],
    "two calls": [ASK, says("assistant", "", tool_calls=[call("get_weather", {"city": "Bern"}, "call00001"), call("now", {}, "call00002")]), says("tool", "sun", name="get_weather", tool_call_id="call00001"), says("tool", "noon", name="now", tool_call_id="call00002"), says("assistant", "Sun at noon.")], "two rounds": [ASK, DICT_CALL, RESULT, says("assistant", "", tool_calls=[call("now", {}, "call00002")]), says("tool", "noon", name="now", tool_call_id="call00002")],
    "empty calls": [USER, says("assistant", "Hello.", tool_calls=[]), says("user", "x")], "null calls": [USER, says("assistant", "Hello.", tool_calls=None), says("user", "x")], "flat call": [ASK, says("assistant", "", tool_calls=[{"name": "get_weather", "arguments": {"city": "Bern"}}]), says("tool", "sun", name="get_weather")],
    "result as object": [ASK, DICT_CALL, says("tool", {"sky": "clear"}, name="get_weather", tool_call_id="call00001")], "result as parts": [ASK, DICT_CALL, says("tool", [{"type": "text", "text": "clear"}], name="get_weather", tool_call_id="call00001")], "result null": [ASK, DICT_CALL, says("tool", None, tool_call_id="call00001")], "result first": [RESULT, USER], "result of ipython": [ASK, DICT_CALL, says("ipython", "clear")], "result of a function": [ASK, DICT_CALL, says("function", "clear", name="get_weather")],
}
TOOLS = {"one": tool("weather"), "without arguments": tool("nothing"), "nested": tool("nested"), "all": tool("weather", "nothing", "nested"), "none": [], "flat": [FUNCTIONS["weather"]], "bare": [{"type": "function", "function": BARE}]}
DOCUMENTS = [{"title": "On <rain>", "text": "It is \"wet\"."}, {"title": "Ü", "text": "", "doc_id": 3}]
VARIABLES = {"date_string": "26 Jul 2024", "custom_tools": None, "tools_in_user_message": False, "builtin_tools": ["brave_search"], "reasoning_effort": "high", "model_identity": "You are X.", "thinking": True, "citation_mode": "fast", "preserve_thinking": True, "keep_past_thinking": True, "add_vision_id": True, "thinking_budget": 512}
TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}


def conversations():
    """(name, variables); those that are not named are not defined, as in the reference."""
    made = {name: {"messages": messages} for name, messages in (TEXTS | THOUGHTS | CALLS).items()}
    made |= {f"{name}, no generation prompt": {"messages": (TEXTS | THOUGHTS | CALLS)[name], "add_generation_prompt": False} for name in ("plain", "system and turns", "ends with assistant", "reasoning last", "call and answer")}
    made |= {f"tools {kind}": {"messages": [USER], "tools": tools} for kind, tools in TOOLS.items()}
    made |= {f"tools and system {kind}": {"messages": [SYSTEM, USER, ANSWER, ASK], "tools": tools} for kind, tools in TOOLS.items() if kind in ("one", "all")}
    made |= {f"tools, {name}": {"messages": messages, "tools": tool("weather", "nothing")} for name, messages in CALLS.items()}
    made |= {f"tools, {name}": {"messages": THOUGHTS[name], "tools": tool("weather")} for name in ("think with a call", "reasoning_content")}
    made |= {f"enable_thinking {str(value).lower()}, {name}": {"messages": (TEXTS | THOUGHTS | CALLS)[name], "enable_thinking": value} for value in (True, False) for name in ("plain", "system", "reasoning_content", "think in content", "call and answer")}
    made |= {"enable_thinking, tools": {"messages": [SYSTEM, USER], "tools": tool("weather"), "enable_thinking": True}, "enable_thinking null": {"messages": [USER], "enable_thinking": None}}
    made |= {"documents": {"messages": [USER], "documents": DOCUMENTS}, "documents and tools": {"messages": [SYSTEM, USER], "documents": DOCUMENTS, "tools": tool("weather")}, "no documents": {"messages": [USER], "documents": []}}
    made |= {f"variable {name}": {"messages": [SYSTEM, USER], "tools": tool("weather"), name: value} for name, value in VARIABLES.items()}
    made |= {f"functions and datetime, {name}": {"messages": (TEXTS | CALLS)[name], "functions": [FUNCTIONS["weather"]], "datetime": "2024-07-26"} for name in ("plain", "system and turns", "call", "parts", "null content")}
    made |= {"parts with tools": {"messages": TEXTS["parts everywhere"], "tools": tool("weather", "nested")}, "image with tools": {"messages": [SYSTEM, *TEXTS["image"]], "tools": tool("weather")}}
    made |= {"all variables": {"messages": [SYSTEM, USER, ANSWER, ASK]} | VARIABLES, "no tokens": {"messages": [SYSTEM, USER, ANSWER, ASK], "tokens": False}}
    for name, variables in made.items():
        yield name, variables if variables.pop("tokens", True) is False else TOKENS | variables
