// gerbil in LangChain.
export {ChatGerbil, type ChatGerbilCallOptions, type ChatGerbilFields} from "./chat_model.js";
export {GerbilEmbeddings, type GerbilEmbeddingsFields} from "./embeddings.js";
