// One chat as a browser tab holds it: the state machine behind `useChat` (AbstractChat) on the default transport,
// and beside it `readUIMessageStream` over the same chunks.

import { AbstractChat, lastAssistantMessageIsCompleteWithApprovalResponses, readUIMessageStream } from "ai";
import { RecordingTransport } from "./transport.mjs";

class MemoryState {
  status = "ready";
  error = undefined;
  #messages = [];
  #waiting = [];
  constructor(messages) {
    this.#messages = messages;
  }
  get messages() {
    return this.#messages;
  }
  set messages(messages) {
    this.#messages = messages;
    this.#waiting.splice(0).forEach((resolve) => resolve());
  }
  change() {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
  pushMessage = (message) => {
    this.messages = [...this.messages, message];
  };
  popMessage = () => {
    this.messages = this.messages.slice(0, -1);
  };
  replaceMessage = (index, message) => {
    this.messages = this.messages.with(index, this.snapshot(message));
  };
  snapshot = (value) => structuredClone(value);
}

class MemoryChat extends AbstractChat {
  constructor({ messages, ...init }) {
    super({ ...init, state: new MemoryState(messages) });
  }
  change() {
    return this.state.change();
  }
}

export class Conversation {
  constructor({ id, base, headers, messages = [], onlyLast = false }) {
    this.transport = new RecordingTransport({ base, headers, onlyLast });
    this.data = [];
    this.chat = new MemoryChat({
      id,
      messages,
      transport: this.transport,
      sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
      onData: (part) => this.data.push(part),
      onFinish: ({ isAbort, isDisconnect, isError, finishReason }) => {
        this.finish = { isAbort, isDisconnect, isError, finishReason: finishReason ?? null };
        this.over?.();
      },
    });
  }

  send(text, { messageId, stopAfter }) {
    return this.turn(() => this.chat.sendMessage({ text, messageId }), stopAfter);
  }

  regenerate(messageId) {
    return this.turn(() => this.chat.regenerate(messageId ? { messageId } : {}));
  }

  /** A click on yes or no; with `sends` the chat is expected to send by itself, and the turn is waited for. */
  answer({ id, approved, reason, sends }) {
    return this.turn(async () => {
      const over = new Promise((resolve) => (this.over = resolve));
      await this.chat.addToolApprovalResponse({ id, approved, reason: reason ?? undefined });
      this.before = structuredClone(this.chat.lastMessage);
      if (sends) await over;
      // Whatever else the chat would send by itself, it sends now.
      await new Promise((resolve) => setTimeout(resolve, 0));
    });
  }

  resume() {
    return this.turn(() => this.chat.resumeStream());
  }

  async stop() {
    await this.chat.stop();
    return {};
  }

  /** Resolves as soon as the last message's text contains `text`. */
  async untilText(text) {
    while (!this.text().includes(text)) await this.chat.change();
    return {};
  }

  async turn(run, stopAfter) {
    this.data = [];
    this.finish = null;
    this.before = undefined;
    this.transport.begin(stopAfter ? { chunks: stopAfter, stop: () => this.chat.stop() } : undefined);
    await run();
    return {
      status: this.chat.status,
      error: this.chat.error?.message ?? null,
      finish: this.finish,
      messages: this.chat.messages,
      data: this.data,
      chunks: this.transport.chunks,
      httpStatus: this.transport.httpStatus,
      sent: this.transport.sent,
      read: await lastRead(this.transport.chunks, this.before),
    };
  }

  text() {
    const parts = this.chat.lastMessage?.parts ?? [];
    return parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("");
  }
}

/** What `readUIMessageStream` makes of the chunks: the last state of the message, and the error it met. */
async function lastRead(chunks, before) {
  let message = before ?? null;
  let error = null;
  const stream = new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  const onError = (raised) => {
    error = String(raised?.message ?? raised);
  };
  for await (const state of readUIMessageStream({ message: before, stream, onError })) message = state;
  return { message, error };
}
