"use client";

import {listModels} from "gerbil";
import {GerbilProvider, useChat} from "gerbil/react";
import {useState} from "react";

function Messages() {
  const {messages, send, status} = useChat({generate: {max_tokens: 64}});
  const [stored, setStored] = useState(0);
  const start = async () => {
    await send("Hello");
    setStored((await listModels()).length);
  };
  return (
    <section id="chat" data-status={status} data-stored={stored}>
      {messages.map((message, i) => (
        <p key={i} className={message.role}>
          {String(message.content)}
        </p>
      ))}
      <button onClick={start}>Hello</button>
    </section>
  );
}

export const Chat = () => (
  <GerbilProvider model="/models/nano" options={{device: "wasm"}}>
    <Messages />
  </GerbilProvider>
);
