import {StrictMode, useState} from "react";
import {createRoot} from "react-dom/client";
import {GerbilProvider, useAutocomplete, useChat, useCompletion, useEmbedding, useObject} from "gerbil/react";
import {z} from "zod";

const generate = {max_tokens: 64};
const fox = z.strictObject({name: z.string().max(12), age: z.int().min(0).max(20)});

function Chat() {
  const {messages, send, regenerate, stop, running, status, error} = useChat({system: "You are brief.", generate: {max_tokens: 400}});
  return (
    <section id="chat" data-status={status} data-running={running}>
      {messages.map((message, i) => (
        <p key={i} className={message.role}>
          {String(message.content)}
        </p>
      ))}
      <button className="send" onClick={() => send("Hello")}>
        Hello
      </button>
      <button className="story" onClick={() => send("Tell me a story about a fox")}>
        Story
      </button>
      <button className="again" onClick={() => regenerate()}>
        Again
      </button>
      <button className="stop" onClick={stop}>
        Stop
      </button>
      {error && <p className="error">{error.message}</p>}
    </section>
  );
}

function Completion() {
  const {completion, complete, running, error} = useCompletion({generate});
  return (
    <section id="completion" data-running={running}>
      <p className="text">{completion}</p>
      <button className="start" onClick={() => complete("Hello")}>
        Complete
      </button>
      <button className="wrong" onClick={() => complete("Hello", {temperature: -1})}>
        Wrong
      </button>
      {error && <p className="error">{error.message}</p>}
    </section>
  );
}

function Fox() {
  const {object, submit, running} = useObject({schema: fox});
  return (
    <section id="object" data-running={running}>
      <p className="text">{JSON.stringify(object)}</p>
      <button className="start" onClick={() => submit("Invent a fox.")}>
        Invent
      </button>
    </section>
  );
}

function Similarity() {
  const {similarity, status} = useEmbedding({model: "/models/nano-embed", lazy: true});
  const [found, setFound] = useState<number[]>([]);
  const compare = async () =>
    setFound(await similarity("Where do foxes dwell?", ["A fox lives in a den.", "The lamp is new."]));
  return (
    <section id="embedding" data-status={status}>
      <p className="text">{found.join(" ")}</p>
      <button className="start" onClick={compare}>
        Compare
      </button>
    </section>
  );
}

function Autocomplete() {
  const [text, setText] = useState("");
  const {suggestion, onInput, accept} = useAutocomplete({delay: 50});
  return (
    <section id="autocomplete">
      <input
        value={text}
        onChange={({target}) => {
          setText(target.value);
          onInput(target.value);
        }}
        onKeyDown={({key}) => {
          if (key === "Enter") setText(text + accept());
        }}
      />
      <p className="text">{suggestion}</p>
    </section>
  );
}

function App() {
  const [shown, show] = useState(true);
  return (
    <GerbilProvider model="/models/nano" options={{device: "wasm"}}>
      <button id="toggle" onClick={() => show(!shown)}>
        Toggle
      </button>
      {shown && (
        <>
          <Chat />
          <Completion />
          <Fox />
          <Autocomplete />
        </>
      )}
      <Similarity />
    </GerbilProvider>
  );
}

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
