// One session of an official TypeScript client with a server, as its first argument says in JSON:
//   package      "sdk" (@modelcontextprotocol/sdk) or "client" (@modelcontextprotocol/client)
//   command, args, env   how the server is started; env is added to what the client itself lets through
//   url, key     in their place, where the server is asked by HTTP
//   mode         of package "client": "legacy", "auto" or "modern", which falls back on nothing
//   answer       to every question of the server: {"action": ..., "content": ...}; without it the client takes none
//   tasks        true: calls are made by @modelcontextprotocol/ext-tasks, and wait for a task that comes of one
//   steps        [{"tool", "arguments", "timeout_ms"}], one after the other
// What came of it is JSON on standard output: "server", "instructions", "revision", "tools", "questions", "errors" (that no step is
// told of) and "steps", each with "result" or "error", and "progress".

const order = JSON.parse(process.argv[2]);
const told = {questions: [], errors: [], steps: []};
const info = {name: 'limn-tests', version: '1'};
const MODERN = '2026-07-28';
const TASKS = 'io.modelcontextprotocol/tasks';

const capabilities = {
  ...(order.answer ? {elicitation: order.package === 'client' ? {form: {}} : {}} : {}),
  ...(order.tasks ? {extensions: {[TASKS]: {}}} : {}),
};

function answer(request) {
  told.questions.push(request.params);
  return order.answer;
}

// Requests of whoever knows results that the client itself does not: beside those of the client, on the same connection.
class SharedTransport {
  constructor(transport) {
    this.transport = transport;
    this.waiting = new Map();
    this.last = 0;
    transport.onmessage = (message) => {
      const take = this.waiting.get(message.id);
      this.waiting.delete(message.id);
      take ? take(message) : this.onmessage?.(message);
    };
    transport.onclose = () => this.onclose?.();
    transport.onerror = (error) => this.onerror?.(error);
  }
  start() { return this.transport.start(); }
  send(message, options) { return this.transport.send(message, options); }
  close() { return this.transport.close(); }
  async dispatch(request) {
    const id = `beside-${++this.last}`;
    const came = new Promise((take) => this.waiting.set(id, take));
    await this.transport.send({...request, jsonrpc: '2.0', id});
    const message = await came;
    return message.error ? {kind: 'error', error: message.error} : {kind: 'result', result: message.result};
  }
}

function http(Transport) {
  const headers = order.key ? {authorization: `Bearer ${order.key}`} : {};
  return new Transport(new URL(order.url), {requestInit: {headers}});
}

async function openSdk(server) {
  const {Client} = await import('@modelcontextprotocol/sdk/client/index.js');
  const {StdioClientTransport, getDefaultEnvironment} = await import('@modelcontextprotocol/sdk/client/stdio.js');
  const {ElicitRequestSchema} = await import('@modelcontextprotocol/sdk/types.js');
  const client = new Client(info, {capabilities});
  if (order.answer) client.setRequestHandler(ElicitRequestSchema, async (request) => answer(request));
  const {StreamableHTTPClientTransport} = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
  const transport = order.url ? http(StreamableHTTPClientTransport)
                              : new StdioClientTransport({...server, env: {...getDefaultEnvironment(), ...order.env}});
  let revision;
  const tell = transport.setProtocolVersion?.bind(transport);
  transport.setProtocolVersion = (version) => { revision = version; tell?.(version); };
  return {client, transport, revision: () => revision, call: (call, options) => client.callTool(call, undefined, options)};
}

async function openClient(server) {
  const {Client, StreamableHTTPClientTransport} = await import('@modelcontextprotocol/client');
  const {StdioClientTransport, getDefaultEnvironment} = await import('@modelcontextprotocol/client/stdio');
  const mode = order.mode === 'modern' ? {pin: MODERN} : order.mode;
  const client = new Client(info, {capabilities, versionNegotiation: {mode}});
  if (order.answer) client.setRequestHandler('elicitation/create', async (request) => answer(request));
  const wire = order.url ? http(StreamableHTTPClientTransport)
                         : new StdioClientTransport({...server, env: {...getDefaultEnvironment(), ...order.env}});
  const transport = order.tasks ? new SharedTransport(wire) : wire;
  return {client, transport, revision: () => client.getNegotiatedProtocolVersion(), call: (call, options) => client.callTool(call, options)};
}

async function withTasks(session) {
  const {createTaskSessionFromClient, resultFromTaskOutcome} = await import('@modelcontextprotocol/ext-tasks/client');
  const tasks = createTaskSessionFromClient(session.client, {
    endpointId: 'limn',
    rawDispatch: (request) => session.transport.dispatch(request),
    v2RequestFraming: {protocolVersion: MODERN, clientInfo: info, clientCapabilities: capabilities},
  });
  return {
    close: () => tasks.close(),
    call: async (call) => {
      const execution = await tasks.callTool(call.name, call.arguments);
      const {outcome} = await execution.settle();
      told.task = execution.kind;
      return resultFromTaskOutcome(outcome);
    },
  };
}

const session = await (order.package === 'sdk' ? openSdk : openClient)({command: order.command, args: order.args, stderr: 'inherit'});
session.client.onerror = (error) => told.errors.push(error.message);
await session.client.connect(session.transport);
told.server = session.client.getServerVersion();
told.instructions = session.client.getInstructions();
told.revision = session.revision();
told.tools = (await session.client.listTools()).tools;
const tasks = order.tasks ? await withTasks(session) : undefined;
const call = tasks?.call ?? session.call;
for (const step of order.steps) {
  const one = {progress: []};
  told.steps.push(one);
  try {
    one.result = await call({name: step.tool, arguments: step.arguments ?? {}},
                            {onprogress: (progress) => one.progress.push(progress), ...(step.timeout_ms ? {timeout: step.timeout_ms} : {})});
  } catch (error) {
    one.error = {code: error.code, message: error.message};
  }
}
session.client.onerror = () => {};  // what it breaks off itself from here on is nobody's fault
await tasks?.close();
await session.client.close();
process.stdout.write(JSON.stringify(told));
