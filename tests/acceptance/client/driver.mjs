// Drives the real chat client of the npm package `ai`: one JSON command a line on stdin, one JSON answer a
// line on stdout, matched by `number`. Commands overlap: a `send` is answered when its turn is over.

import readline from "node:readline";
import { validateUIMessages } from "ai";
import { Conversation } from "./conversation.mjs";

const conversations = new Map();

const commands = {
  open(options) {
    conversations.set(options.chat, new Conversation(options));
    return {};
  },
  send: ({ chat, text, messageId, stopAfter }) => of(chat).send(text, { messageId, stopAfter }),
  regenerate: ({ chat, messageId }) => of(chat).regenerate(messageId),
  answer: ({ chat, id, approved, reason, sends }) => of(chat).answer({ id, approved, reason, sends }),
  resume: ({ chat }) => of(chat).resume(),
  until_text: ({ chat, text }) => of(chat).untilText(text),
  stop: ({ chat }) => of(chat).stop(),
  async validate({ messages }) {
    return { messages: await validateUIMessages({ messages }) };
  },
};

function of(chat) {
  const conversation = conversations.get(chat);
  if (!conversation) throw new Error(`no conversation ${chat} was opened`);
  return conversation;
}

async function answer(line) {
  const { number, do: name, ...options } = JSON.parse(line);
  try {
    return { number, ok: true, value: await commands[name](options) };
  } catch (error) {
    return { number, ok: false, error: String(error?.message ?? error) };
  }
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  answer(line).then((result) => process.stdout.write(JSON.stringify(result) + "\n"));
}
// Stdin is closed: the test is over, whatever still streams.
process.exit(0);
