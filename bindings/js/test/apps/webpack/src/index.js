import {Gerbil} from "gerbil";

const model = await Gerbil.load("/models/nano", {device: "wasm"});
for await (const piece of model.stream("Hello", {max_tokens: 64})) document.body.append(piece);
document.title = "done";
