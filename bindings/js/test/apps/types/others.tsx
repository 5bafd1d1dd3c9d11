import {createGerbil} from "gerbil/ai-sdk";
import {ChatGerbil, GerbilEmbeddings} from "gerbil/langchain";
import {GerbilProvider, useChat, useObject} from "gerbil/react";
import {Gerbil} from "gerbil";
import {generateText} from "ai";
import {z} from "zod";

const engine = await Gerbil.load("/models/nano");
const {text} = await generateText({model: createGerbil({engine})(), prompt: "Hello"});
const answer = await new ChatGerbil({engine}).invoke(text);
const vectors: number[][] = await new GerbilEmbeddings({engine}).embedDocuments([answer.text]);
console.log(vectors.length, createGerbil({baseURL: "http://127.0.0.1:8080/v1"}).embeddingModel("nano-embed"));

export function Chat() {
  const {messages, send, running} = useChat({system: "You are brief."});
  const {object} = useObject({schema: z.object({pets: z.array(z.object({name: z.string()}))})});
  const pet: string | undefined = object?.pets?.[0]?.name;
  return (
    <GerbilProvider model="Qwen/Qwen3-0.6B" options={{dtype: "auto"}}>
      <button disabled={running} onClick={() => send("Hello")}>{messages.length} {pet}</button>
    </GerbilProvider>
  );
}
