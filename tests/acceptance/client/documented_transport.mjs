// Sends one question through the transport that a page shows; prints the type of the last chunk.
import { DefaultChatTransport } from "ai";

const token = process.argv.at(-1);
// A page's snippet may hand its transport to a hook of React; what counts here is the transport.
const useChat = (options) => options.transport;

const transport = /* the page's snippet */;

const stream = await transport.sendMessages({
  chatId: `documented-${Date.now()}`,
  messages: [{ id: "q1", role: "user", parts: [{ type: "text", text: "When is the Puma 3100 available?" }] }],
  trigger: "submit-message",
  messageId: undefined,
  abortSignal: undefined,
});
let last;
for await (const chunk of stream) last = chunk;
console.log(last.type);
