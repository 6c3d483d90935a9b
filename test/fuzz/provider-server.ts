import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { rawServer } from "../support/raw-server.ts";

/** How a connection ends: closed in order, our half only, cut off, or never. */
type Ending = "end" | "half-close" | "cut" | "hold";

/** The bytes of an answer, each part after a pause. */
export interface RawAnswer {
  /** One character for each byte. */
  readonly parts: readonly string[];
  readonly pauseMs: number;
  readonly ending: Ending;
}

/** A provider that sends what it is told, to one connection after another; the last answer is repeated. */
export class ProviderServer {
  readonly #server: Awaited<ReturnType<typeof rawServer>>;
  readonly #sockets = new Set<Socket>();
  #answers: readonly RawAnswer[] = [];
  #connections = 0;

  private constructor(server: Awaited<ReturnType<typeof rawServer>>) {
    this.#server = server;
  }

  static async start(): Promise<ProviderServer> {
    let respond: (socket: Socket) => void = () => {};
    const server = new ProviderServer(await rawServer((socket) => respond(socket)));
    respond = (socket) => void server.#answer(socket);
    return server;
  }

  get url(): string {
    return this.#server.url;
  }

  /** Sends these answers as long as `act` lasts, and then closes every connection. */
  async answering(answers: readonly RawAnswer[], act: () => Promise<void>): Promise<void> {
    this.#answers = answers;
    this.#connections = 0;
    try {
      await act();
    } finally {
      for (const socket of this.#sockets) socket.destroy();
      this.#server.received.length = 0;
    }
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  async #answer(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    const answer = this.#answers[this.#connections] ?? this.#answers.at(-1);
    this.#connections += 1;
    for (const part of answer?.parts ?? []) {
      if (socket.destroyed) return;
      socket.write(part, "latin1");
      if (answer && answer.pauseMs > 0) await pause(answer.pauseMs);
    }
    endings[answer?.ending ?? "end"](socket);
  }
}

const endings: Readonly<Record<Ending, (socket: Socket) => void>> = {
  end: (socket) => void socket.end(() => socket.destroySoon()),
  "half-close": (socket) => void socket.end(),
  cut: (socket) => void socket.resetAndDestroy(),
  hold: () => {},
};
