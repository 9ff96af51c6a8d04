// Pictures by a client of OpenAI's API that others wrote, as its first argument says in JSON:
//   package        "openai", "openai6" (its version 6), or "ai" (with @ai-sdk/openai-compatible)
//   base_url, key  of the server
//   steps          [{"call", "body", "images", "mask", "options"}], one after the other: "call" is "generate", "edit", "respond" or
//                  "models"; pictures are base64; options are those of one request of the client
// What came of it is JSON on standard output: a list with "result" or "error" for each step; of a stream the result is a list of events.

const order = JSON.parse(process.argv[2]);
const bytes = (base64) => Buffer.from(base64, 'base64');

async function openai() {
  const {default: OpenAI, toFile} = await import(order.package);
  const client = new OpenAI({baseURL: order.base_url, apiKey: order.key});
  const file = (base64, name) => toFile(bytes(base64), name, {type: 'image/png'});
  const whole = async (answer) => {
    if (typeof answer[Symbol.asyncIterator] !== 'function') return answer;
    const events = [];
    for await (const event of answer) events.push(event);
    return events;
  };
  return async (step) => {
    switch (step.call) {
      case 'models': return (await client.models.list()).data;
      case 'generate': return whole(await client.images.generate(step.body, step.options));
      case 'respond': return whole(await client.responses.create(step.body, step.options));
      case 'edit': {
        const images = await Promise.all(step.images.map((one, index) => file(one, `${index}.png`)));
        const mask = step.mask ? {mask: await file(step.mask, 'mask.png')} : {};
        return whole(await client.images.edit({...step.body, image: images.length === 1 ? images[0] : images, ...mask}, step.options));
      }
    }
  };
}

async function ai() {
  const {generateImage} = await import('ai');
  const {createOpenAICompatible} = await import('@ai-sdk/openai-compatible');
  const provider = createOpenAICompatible({name: 'limn', baseURL: order.base_url, apiKey: order.key});
  return async (step) => {
    const {prompt, model, ...more} = step.body;
    const images = step.images ? {images: step.images.map(bytes), ...(step.mask ? {mask: bytes(step.mask)} : {})} : undefined;
    const drawn = await generateImage({model: provider.imageModel(model), prompt: images ? {text: prompt, ...images} : prompt, ...more, ...step.options});
    return {images: drawn.images.map((image) => image.base64), usage: drawn.usage};
  };
}

const call = await (order.package === 'ai' ? ai : openai)();
const told = [];
for (const step of order.steps) {
  try {
    told.push({result: await call(step)});
  } catch (error) {
    told.push({error: {name: error.constructor.name, status: error.status ?? error.statusCode, code: error.code, message: error.message, limn: error.error?.limn}});
  }
}
process.stdout.write(JSON.stringify(told));
