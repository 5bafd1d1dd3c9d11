// What a strict program may write.
import {canRun, cosine, Gerbil, GerbilError, type GenerateResult, type LoadProgress, type Message} from "gerbil";
import {z} from "zod";

const model: Gerbil = await Gerbil.load("Qwen/Qwen3-0.6B", {
  device: "auto",
  dtype: "int4",
  context_length: 1024,
  onProgress: (progress: LoadProgress) => {
    const file: string = progress.stage === "download" ? progress.file : "weights";
    console.log(file, progress.done / progress.total);
  },
});
const messages: Message[] = [{role: "user", content: "Hello"}];
const result: GenerateResult = await model.generate(messages, {temperature: 0.7, stop: ["\n"]});
for await (const piece of model.stream("Hello")) piece.toUpperCase();
const fox = z.object({name: z.string(), age: z.int()});
const {object} = await model.generateObject("Invent a fox.", fox, {max_tokens: 64});
const name: string = object.name;
const near: number = await model.similarity("a", "b");
const [first]: number[] = await model.similarity("a", ["b", "c"]);
const vector: Float32Array | undefined = (await model.embed("a", {task: "query"})).embeddings[0];
const code = new GerbilError("denied", "No.").code === "denied";
const {verdict} = await canRun("Qwen/Qwen3-0.6B");
console.log(result.timings.decode, name, near, first, vector && cosine(vector, vector), code, verdict === "fits", model.info().fallback);

// @ts-expect-error there is no such option
await model.generate("Hello", {maxTokens: 3});
// @ts-expect-error ages are numbers
const age: string = object.age;
// @ts-expect-error devices have names
await Gerbil.load("a/b", {device: "gpu"});
console.log(age);
