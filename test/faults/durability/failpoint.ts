/** Where a server dies: around a commit, and around what it tells of it. */
import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Backend, Commit } from "../../../server/backends/backend.ts";

export const points = ["before commit", "after commit", "before fan-out", "before ack", "after ack"] as const;

export type Point = (typeof points)[number];

/** As a crash would, at this very line. */
const die = () => process.kill(process.pid, "SIGKILL");

export class Failpoint {
  #point: Point | undefined;
  #left = 0;

  /** Dies when it comes to this point for the so-manieth time. */
  arm({ point, times }: { readonly point: Point; readonly times: number }): void {
    this.#point = point;
    this.#left = times;
  }

  #reached(point: Point) {
    if (point === this.#point && --this.#left === 0) die();
  }

  /** The same backend, with the points around its commits. */
  around(backend: Backend): Backend {
    const store = backend.commit.bind(backend);
    return Object.assign(backend, { commit: (commit: Commit) => this.commit(() => store(commit)) });
  }

  /** What commits, with the points around it. */
  async commit<T>(run: () => Promise<T>): Promise<T> {
    this.#reached("before commit");
    const done = await run();
    this.#reached("after commit");
    return done;
  }

  /** The points around what is written to the sockets of a server. */
  watch(server: Server): void {
    server.on("connection", (socket: Socket) => {
      const write = socket.write.bind(socket) as (data: Uint8Array | string, ...rest: never[]) => boolean;
      socket.write = (data: Uint8Array | string, ...rest: never[]) =>
        this.#written(String(data), () => write(data, ...rest));
    });
  }

  /** Of one turn, what the others are told is written before the acknowledgement. */
  #written(text: string, write: () => boolean): boolean {
    const isAck = text.includes('"type":"ack"');
    if (this.#point === "before fan-out" && text.includes('"type":"SYNC"')) return true;
    if (isAck) this.#reached("before ack");
    const isTaken = write();
    if (isAck) this.#reached("before fan-out");
    if (isAck) this.#reached("after ack");
    return isTaken;
  }
}
