// image.mjs BASE ENDPOINT DELIVERY FILE: the image as a script writes it with the official package.
import { writeFileSync } from "node:fs";
import OpenAI from "openai";

const [base, endpoint, delivery, file] = process.argv.slice(2);
const client = new OpenAI({ apiKey: "bench", baseURL: base, maxRetries: 0 });
const stream = delivery === "SSE";

function image_of(answer) {
  if (endpoint === "images") {
    return stream ? answer.b64_json : answer.data[0].b64_json;
  }
  const item = stream ? answer.item : answer.output.find((one) => one.type === "image_generation_call");
  return item?.result;
}

const answer =
  endpoint === "images"
    ? await client.images.generate({ model: "gpt-image-2", prompt: "x", stream })
    : await client.responses.create({ model: "gpt-5.5", input: "x", tools: [{ type: "image_generation" }], stream });

for await (const part of stream ? answer : [answer]) {
  const text = image_of(part);
  if (text) {
    writeFileSync(file, Buffer.from(text, "base64"));
  }
}
