// batch.mjs BASE COUNT AT_ONCE FOLDER: many images with the official package, so many at once.
import { writeFile } from "node:fs/promises";
import OpenAI from "openai";

const [base, count, at_once, folder] = process.argv.slice(2);
const client = new OpenAI({ apiKey: "bench", baseURL: base, maxRetries: 0 });
let begun = 0;

async function work() {
  while (begun < Number(count)) {
    const number = ++begun;
    const answer = await client.images.generate({ model: "gpt-image-2", prompt: `picture ${number}` });
    await writeFile(`${folder}/${number}.png`, Buffer.from(answer.data[0].b64_json, "base64"));
  }
}

await Promise.all(Array.from({ length: Number(at_once) }, work));
