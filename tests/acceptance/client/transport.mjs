// The default transport, with its validated chunks recorded on their way to the chat.

import { DefaultChatTransport } from "ai";

export class RecordingTransport extends DefaultChatTransport {
  chunks = [];
  httpStatus = null;
  sent = 0;
  #stopAt = undefined;

  constructor({ base, headers, onlyLast }) {
    super({
      api: `${base}/api/chat`,
      headers,
      prepareSendMessagesRequest: onlyLast ? lastMessageOnly : undefined,
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        this.httpStatus = response.status;
        return response;
      },
    });
  }

  /** A new turn: forget the chunks of the last one; `stopAt` stops the chat after so many chunks. */
  begin(stopAt) {
    this.chunks = [];
    this.httpStatus = null;
    this.sent = 0;
    this.#stopAt = stopAt;
  }

  async sendMessages(options) {
    this.sent += 1;
    return this.#record(await super.sendMessages(options));
  }

  async reconnectToStream(options) {
    const stream = await super.reconnectToStream(options);
    return stream && this.#record(stream);
  }

  #record(stream) {
    return stream.pipeThrough(
      new TransformStream({
        transform: (chunk, controller) => {
          this.chunks.push(chunk);
          controller.enqueue(chunk);
          if (this.chunks.length === this.#stopAt?.chunks) this.#stopAt.stop();
        },
      }),
    );
  }
}

function lastMessageOnly({ id, messages, trigger, messageId }) {
  return { body: { id, message: messages.at(-1), trigger, messageId } };
}
